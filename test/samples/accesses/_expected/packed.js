"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(8),C=new Int32Array(7);

function x0_0_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n1&7)===0){n1=n1&-8|2;n1=n1&-57|8;}else if((n1>>>6&7)===0){n1=n1&-449|128;n1=n1&-3585|512;}else{R[2]=1;break S;}O[k]=n0&-64|2;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n1&7)===0){n1=n1&-8|3;n1&=-57;}else if((n1>>>6&7)===0){n1=n1&-449|192;n1&=-3585;}else{R[2]=1;break S;}O[k]=n0&-64|3;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n1&7)===0){n1=n1&-8|2;n1=n1&-57|16;}else if((n1>>>6&7)===0){n1=n1&-449|128;n1=n1&-3585|1024;}else{R[2]=1;break S;}O[k]=n0&-64|4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n1&7)===0){n1=n1&-8|4;n1=n1&-57|8;}else if((n1>>>6&7)===0){n1=n1&-449|256;n1=n1&-3585|512;}else{R[2]=1;break S;}O[k]=n0&-64|5;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0;l0=(n0>>>28&3);O[k]=n0&-64|6|l0<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_6(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>4&3);{const v=(l0+1);if(!(v>=0&&v<=3)){R[2]=2;break S;}n0=n0&-805306369|v<<28;}O[k]=n0&-64|7;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_7(S,a,O,k){S:{let n0=S[a],n1=S[a+1];O[k]=n0&-64|8;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_8(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=0;if((n1&7)!==0)break S;l1=(n0>>>17&3);{const v=(l1+1);if(!(v>=0&&v<=3)){R[2]=3;break S;}n0=n0&-393217|v<<17;}O[k]=n0&-64|9;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_9(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l2=0;if((n1&7)!==0)break S;l2=(n0>>>17&3);{const v=(l2+1);if(!(v>=0&&v<=3)){R[2]=3;break S;}n0=n0&-393217|v<<17;}O[k]=n0&-64|10;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_10(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l3=0;if((n1&7)!==0)break S;l3=(n0>>>17&3);n0=n0&-393217|(l3|1)<<17;O[k]=n0&-64|11;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_11(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l4=0;if((n1&7)!==0)break S;l4=(n0>>>17&3);{const v=(l4-1);if(!(v>=0&&v<=3)){R[2]=3;break S;}n0=n0&-393217|v<<17;}if(l4===1){O[k]=n0&-64|12;O[k+1]=n1;k+=2;break S;}else{O[k]=n0&-64|13;O[k+1]=n1;k+=2;break S;}}return k;}
function x0_0_12(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n1&7)===0){n1=n1&-8|1;n1=n1&-57|24;}else if((n1>>>6&7)===0){n1=n1&-449|64;n1=n1&-3585|1536;}else{R[2]=1;break S;}O[k]=n0&-64;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_13(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=0;if((n1&7)!==0)break S;l5=(n0>>>17&3);{const v=(l5-1);if(!(v>=0&&v<=3)){R[2]=3;break S;}n0=n0&-393217|v<<17;}B1:{if((l5-1)===1){O[k]=n0&-64|14;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-64;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_14(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l6=0;if((n1&7)!==0)break S;l6=(n0>>>17&3);{const v=(l6+1);if(!(v>=0&&v<=3)){R[2]=3;break S;}n0=n0&-393217|v<<17;}O[k]=n0&-64;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);case 6:return x0_0_6(S,a,O,k);case 7:return x0_0_7(S,a,O,k);case 8:return x0_0_8(S,a,O,k);case 9:return x0_0_9(S,a,O,k);case 10:return x0_0_10(S,a,O,k);case 11:return x0_0_11(S,a,O,k);case 12:return x0_0_12(S,a,O,k);case 13:return x0_0_13(S,a,O,k);case 14:return x0_0_14(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n1&7);if(d===0)return k;const v=(n1>>>3&7);if(d<2){n0=n0&-393217|v<<17;}else if(d<3){n0=n0&-1572865|v<<19;}else if(d<4){n0=n0&-14680065|((v+-1)+1)<<21;}else if(d<6){{const h=24+2*(d-4);n0=n0&~(3<<h)|v<<h;}}n1=n1&-8|(n1>>>6&7)<<0;n1=n1&-57|(n1>>>9&7)<<3;n1&=-449;n1&=-3585;O[k+0]=n0;O[k+1]=n1;return k+2;}
function x1_1_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0;{const d=2;l0=(n1>>>18&7)===d?(n1>>>21&7):(n1>>>12&7)===d?(n1>>>15&7):(n0>>>19&3);}O[k]=n0&-131009|128|l0<<10;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>10&3);O[k]=n0&-131009|192|l0<<10;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>10&3),l1=0;{const d=4;l1=(n1>>>18&7)===d?(n1>>>21&7):(n1>>>12&7)===d?(n1>>>15&7):(n0>>>24&3);}O[k]=n0&-131009|256|l0<<10|l1<<12;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>10&3),l1=(n0>>>12&3),l2=0;{const d=3;l2=(n1>>>18&7)===d?((n1>>>21&7)-1):(n1>>>12&7)===d?((n1>>>15&7)-1):((n0>>>21&7)-1);}O[k]=n0&-131009|320|l0<<10|l1<<12|(l2+1)<<14;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>10&3),l1=(n0>>>12&3),l2=((n0>>>14&7)-1);if((n1>>>12&7)!==0)break S;O[k]=n0&-131009|384|l0<<10|l1<<12|(l2+1)<<14;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_6(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>10&3),l1=(n0>>>12&3),l2=((n0>>>14&7)-1),l3=0;if((n1>>>12&7)!==0)break S;l3=(n0>>>19&3);n0=n0&-1572865|(l0&l1)<<19;O[k]=n0&-131009|448|l0<<10|(l2+1)<<14;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_7(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>10&3),l2=((n0>>>14&7)-1),l4=0;if((n1>>>12&7)!==0)break S;l4=((n0>>>21&7)-1);if(l4===l2){n0=n0&-14680065|(l0+1)<<21;}B0:{if(l4===l2){O[k]=n0&-131009|512;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-131009|576;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_8(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=0;if((n1>>>12&7)!==0)break S;l5=(n0>>>17&3);{const v=(l5+1);if(!(v>=0&&v<=3)){R[2]=3;break S;}n0=n0&-393217|v<<17;}O[k]=n0&-131009|640|l5<<10;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_9(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l7=0;if((n1>>>12&7)!==0)break S;l7=(n0>>>17&3);if(l7!==0){{const v=(l7+1);if(!(v>=0&&v<=3)){R[2]=3;break S;}n0=n0&-393217|v<<17;}}B1:{if(l7!==0){O[k]=n0&-131009|704;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-131009;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_10(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>10&3),l6=0;if((n1>>>12&7)!==0)break S;l6=(n0>>>19&3);if(l6===0){n0=n0&-1572865|((l5+1)&1)<<19;}O[k]=n0&-131009|576;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_11(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l8=0;if((n1>>>12&7)!==0)break S;l8=(n0>>>17&3);{const v=(l8-1);if(!(v>=0&&v<=3)){R[2]=3;break S;}n0=n0&-393217|v<<17;}O[k]=n0&-131009;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:return x1_1_1(S,a,O,k);case 2:return x1_1_2(S,a,O,k);case 3:return x1_1_3(S,a,O,k);case 4:return x1_1_4(S,a,O,k);case 5:return x1_1_5(S,a,O,k);case 6:return x1_1_6(S,a,O,k);case 7:return x1_1_7(S,a,O,k);case 8:return x1_1_8(S,a,O,k);case 9:return x1_1_9(S,a,O,k);case 10:return x1_1_10(S,a,O,k);case 11:return x1_1_11(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n1>>>12&7);if(d===0)return k;const v=(n1>>>15&7);if(d<2){n0=n0&-393217|v<<17;}else if(d<3){n0=n0&-1572865|v<<19;}else if(d<4){n0=n0&-14680065|((v+-1)+1)<<21;}else if(d<6){{const h=24+2*(d-4);n0=n0&~(3<<h)|v<<h;}}n1=n1&-28673|(n1>>>18&7)<<12;n1=n1&-229377|(n1>>>21&7)<<15;n1&=-1835009;n1&=-14680065;O[k+0]=n0;O[k+1]=n1;return k+2;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&15);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=2;}}}
k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=2;}{const p=(S[a+0]>>>6&15);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=2;}}}
k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=2;}R[3]=(k-b)/2;
R[4]=(S[a+0]&15)===0&&(S[a+0]>>>6&15)===0&&(S[a+1]&7)===0&&(S[a+1]>>>12&7)===0?1:0;return k;}
function initial(O){O[0]=2228289;O[1]=0;}
function check(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
function checkEnd(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
return {words:2,maxSuccessors:6,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: a store found the store buffer full: give the machine a deeper one (store_buffer)
// limit 1: pcpu.own would leave its range 0 … 3: give the machine a larger bound
// limit 2: g.count would leave its range 0 … 3: give the machine a larger bound
