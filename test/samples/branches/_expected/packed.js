"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(8),C=new Int32Array(7);

function x0_0_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>18&3)===0){n0=n0&-786433|262144;n0=n0&-15728641|1048576;}else if((n0>>>24&3)===0){n0=n0&-50331649|16777216;n0=n0&-1006632961|67108864;}else{R[2]=1;break S;}O[k]=n0&-512|2;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0,l2=0,l3=0,l5=0;{const d=1;l0=(n0>>>24&3)===d?(n0>>>26&15):(n0>>>18&3)===d?(n0>>>20&15):(n0>>>12&1);}B1:{if(l0!==0){O[k]=n0&-512|3;O[k+1]=n1;k+=2;break S;}else{l2=0;}}B2:{if(l2!==0){l3=1;l5=l3;O[k]=n0&-512|4|l5<<4;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-512|5;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=0,l2=0,l3=0,l5=0;{const d=2;l1=(n0>>>24&3)===d?(n0>>>26&15):(n0>>>18&3)===d?(n0>>>20&15):(n0>>>13&1);}l2=(!(l1!==0)?1:0);B4:{if(l2!==0){l3=1;l5=l3;O[k]=n0&-512|4|l5<<4;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-512|5;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>4&7),l6=0,l8=0,l9=0;{const d=1;l6=(n0>>>24&3)===d?(n0>>>26&15):(n0>>>18&3)===d?(n0>>>20&15):(n0>>>12&1);}B6:{if(l6!==0){O[k]=n0&-512|6|l5<<4;O[k+1]=n1;k+=2;break S;}else{l8=0;}}B7:{if(l8!==0){l9=1;O[k]=n0&-512|7|l5<<4|l9<<7;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-512|8|l5<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l4=0,l3=0,l5=0;{const d=1;l4=(n0>>>24&3)===d?(n0>>>26&15):(n0>>>18&3)===d?(n0>>>20&15):(n0>>>12&1);}B8:{if(l4!==0){l3=2;l5=l3;O[k]=n0&-512|4|l5<<4;O[k+1]=n1;k+=2;break S;}}l3=4;l5=l3;O[k]=n0&-512|4|l5<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_6(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>4&7),l7=0,l8=0,l9=0;{const d=2;l7=(n0>>>24&3)===d?(n0>>>26&15):(n0>>>18&3)===d?(n0>>>20&15):(n0>>>13&1);}l8=(!(l7!==0)?1:0);B11:{if(l8!==0){l9=1;O[k]=n0&-512|7|l5<<4|l9<<7;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-512|8|l5<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_7(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>4&7),l9=(n0>>>7&3);if((n0>>>18&3)===0){n0=n0&-786433|786432;n0=n0&-15728641|(l5+l9)<<20;}else if((n0>>>24&3)===0){n0=n0&-50331649|50331648;n0=n0&-1006632961|(l5+l9)<<26;}else{R[2]=1;break S;}O[k]=n0&-512|9|l5<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_8(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>4&7),l10=0,l9=0;{const d=2;l10=(n0>>>24&3)===d?(n0>>>26&15):(n0>>>18&3)===d?(n0>>>20&15):(n0>>>13&1);}if(l10!==0){O[k]=n0&-512|10|l5<<4;O[k+1]=n1;k+=2;break S;}else{l9=3;O[k]=n0&-512|7|l5<<4|l9<<7;O[k+1]=n1;k+=2;break S;}}return k;}
function x0_0_9(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>4&7);if((n0>>>18&3)===0){n0=n0&-786433|262144;n0=n0&-15728641|(l5!==2?1:0)<<20;}else if((n0>>>24&3)===0){n0=n0&-50331649|16777216;n0=n0&-1006632961|(l5!==2?1:0)<<26;}else{R[2]=1;break S;}O[k]=n0&-512;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_10(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>4&7),l11=0,l9=0;{const d=1;l11=(n0>>>24&3)===d?(n0>>>26&15):(n0>>>18&3)===d?(n0>>>20&15):(n0>>>12&1);}B13:{if(l11!==0){l9=2;O[k]=n0&-512|7|l5<<4|l9<<7;O[k+1]=n1;k+=2;break S;}}l9=2;O[k]=n0&-512|7|l5<<4|l9<<7;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);case 6:return x0_0_6(S,a,O,k);case 7:return x0_0_7(S,a,O,k);case 8:return x0_0_8(S,a,O,k);case 9:return x0_0_9(S,a,O,k);case 10:return x0_0_10(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n0>>>18&3);if(d===0)return k;const v=(n0>>>20&15);if(d<2){n0=n0&-4097|v<<12;}else if(d<3){n0=n0&-8193|v<<13;}else if(d<4){n0=n0&-245761|v<<14;}n0=n0&-786433|(n0>>>24&3)<<18;n0=n0&-15728641|(n0>>>26&15)<<20;n0&=-50331649;n0&=-1006632961;O[k+0]=n0;O[k+1]=n1;return k+2;}
function x1_1_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>30)===0){n0=n0&1073741823|-2147483648;n1=n1&-16|1;}else if((n1>>>4&3)===0){n1=n1&-49|32;n1=n1&-961|64;}else{R[2]=1;break S;}O[k]=n0&-3585|1024;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0,l2=0,l3=0;{const d=1;l0=(n1>>>4&3)===d?(n1>>>6&15):(n0>>>30)===d?(n1&15):(n0>>>12&1);}B1:{if(l0!==0){O[k]=n0&-3585|1536;O[k+1]=n1;k+=2;break S;}else{l2=0;}}B2:{if(l2!==0){l3=1;B3:{if(l3===3){O[k]=n0&-3585|2048;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-3585|2560;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-3585|3072;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=0,l2=0,l3=0;{const d=2;l1=(n1>>>4&3)===d?(n1>>>6&15):(n0>>>30)===d?(n1&15):(n0>>>13&1);}l2=(!(l1!==0)?1:0);B4:{if(l2!==0){l3=1;B5:{if(l3===3){O[k]=n0&-3585|2048;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-3585|2560;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-3585|3072;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>30)===0){n0=n0&1073741823|-2147483648;n1&=-16;}else if((n1>>>4&3)===0){n1=n1&-49|32;n1&=-961;}else{R[2]=1;break S;}O[k]=n0&-3585;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>30)===0){n0=n0&1073741823|-1073741824;n1&=-16;}else if((n1>>>4&3)===0){n1=n1&-49|48;n1&=-961;}else{R[2]=1;break S;}O[k]=n0&-3585;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_6(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l4=0,l3=0;{const d=2;l4=(n1>>>4&3)===d?(n1>>>6&15):(n0>>>30)===d?(n1&15):(n0>>>13&1);}B6:{if(l4!==0){O[k]=n0&-3585|3584;O[k+1]=n1;k+=2;break S;}}l3=1;B7:{if(l3===3){O[k]=n0&-3585|2048;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-3585|2560;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_7(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=0,l3=0;{const d=1;l5=(n1>>>4&3)===d?(n1>>>6&15):(n0>>>30)===d?(n1&15):(n0>>>12&1);}B8:{if(l5!==0){l3=2;B9:{if(l3===3){O[k]=n0&-3585|2048;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-3585|2560;O[k+1]=n1;k+=2;break S;}}l3=1;B10:{if(l3===3){O[k]=n0&-3585|2048;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-3585|2560;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:return x1_1_1(S,a,O,k);case 2:return x1_1_2(S,a,O,k);case 3:return x1_1_3(S,a,O,k);case 4:return x1_1_4(S,a,O,k);case 5:return x1_1_5(S,a,O,k);case 6:return x1_1_6(S,a,O,k);case 7:return x1_1_7(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n0>>>30);if(d===0)return k;const v=(n1&15);if(d<2){n0=n0&-4097|v<<12;}else if(d<3){n0=n0&-8193|v<<13;}else if(d<4){n0=n0&-245761|v<<14;}n0=n0&1073741823|(n1>>>4&3)<<30;n1=n1&-16|(n1>>>6&15)<<0;n1&=-49;n1&=-961;O[k+0]=n0;O[k+1]=n1;return k+2;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&15);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=2;}}}
k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=2;}{const p=(S[a+0]>>>9&7);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=2;}}}
k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=2;}R[3]=(k-b)/2;
R[4]=(S[a+0]&15)===0&&(S[a+0]>>>9&7)===0&&(S[a+0]>>>18&3)===0&&(S[a+0]>>>30)===0?1:0;return k;}
function initial(O){O[0]=513;O[1]=0;}
const RR1=[0,0,0,0,0,0,0,1];
const RW0=[0,1,0,0,0,0,0,0,0,1,0];
function RA1(S,a,p){const n0=S[a+0],n1=S[a+1];S:switch(p){case 7:{return 0;}}return -1;}
function RA0(S,a,p){const n0=S[a+0],n1=S[a+1];S:switch(p){case 1:{return 0;}case 9:{return 0;}}return -1;}
function check(S,a){const n0=S[a+0],n1=S[a+1];{const r=(n0>>>9&7),c=RR1[r];if(c!==0){{const w=(n0&15);if(RW0[w]===c){const e=RA1(S,a,r);if(e>=0&&e===RA0(S,a,w))return 3;}}}}return 0;}
function checkEnd(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
return {words:2,maxSuccessors:6,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: a store found the store buffer full: give the machine a deeper one (store_buffer)
