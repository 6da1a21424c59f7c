"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(8),C=new Int32Array(7);

function x0_0_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>28&7)===0){n0=n0&-1879048193|536870912;n1&=-4;}else if((n1>>>2&7)===0){n1=n1&-29|8;n1&=-97;}else{R[2]=1;break S;}B0:{}O[k]=n0&-64|2;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=0;if((n0>>>28&7)===0){n0=n0&-1879048193|1073741824;n1=n1&-4|2;}else if((n1>>>2&7)===0){n1=n1&-29|16;n1=n1&-97|64;}else{R[2]=1;break S;}l1=0;O[k]=n0&-64|3|l1<<3;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=(n0>>>3&7),l2=0;{const d=1;l2=(n1>>>2&7)===d?(n1>>>5&3):(n0>>>28&7)===d?(n1&3):(n0>>>17&3);}B3:{if(l1<l2){O[k]=n0&-64|4|l1<<3;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-64|5;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=(n0>>>3&7),l3=0;if(l1>=3){if(R[0]===0){R[0]=1;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}{const d=2+l1;l3=(n1>>>2&7)===d?(n1>>>5&3):(n0>>>28&7)===d?(n1&3):(l1<=2?(n0>>>(19+2*l1)&3):0);}B4:{if(l3===2){O[k]=n0&-64|5;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-64|6|l1<<3;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>28&7)===0){n0=n0&-1879048193|1342177280;n1=n1&-4|1;}else if((n1>>>2&7)===0){n1=n1&-29|20;n1=n1&-97|32;}else{R[2]=1;break S;}O[k]=n0&-64;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_6(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=(n0>>>3&7);if(l1>=3){if(R[0]===0){R[0]=1;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}if(!(l1<=2)){R[2]=2;break S;}if((n0>>>28&7)===0){n0=n0&-1879048193|2+l1<<28;n1=n1&-4|3;}else if((n1>>>2&7)===0){n1=n1&-29|2+l1<<2;n1=n1&-97|96;}else{R[2]=1;break S;}{const v=(l1+2);if(!(v>=0&&v<=7)){R[2]=3;break S;}l1=v;}O[k]=n0&-64|3|l1<<3;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);case 6:return x0_0_6(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n0>>>28&7);if(d===0)return k;const v=(n1&3);if(d<2){n0=n0&-393217|v<<17;}else if(d<5){{const h=19+2*(d-2);n0=n0&~(3<<h)|v<<h;}}else if(d<6){n0=n0&-33554433|v<<25;}n0=n0&-1879048193|(n1>>>2&7)<<28;n1=n1&-4|(n1>>>5&3)<<0;n1&=-29;n1&=-97;O[k+0]=n0;O[k+1]=n1;return k+2;}
function x1_1_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0;if((n1>>>7&7)!==0)break S;l0=(n0>>>26&3);n0=n0&-201326593|(l0|1<<1)<<26;O[k]=n0&-131009|128;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=0;{const d=5;l1=(n1>>>12&7)===d?(n1>>>15&3):(n1>>>7&7)===d?(n1>>>10&3):(n0>>>25&1);}B1:{if(!(l1!==0)){O[k]=n0&-131009|192;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-131009|256;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l2=0;{const d=1;l2=(n1>>>12&7)===d?(n1>>>15&3):(n1>>>7&7)===d?(n1>>>10&3):(n0>>>17&3);}B2:{if(l2===0){O[k]=n0&-131009;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-131009|128;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l3=0,l4=0,l5=0,l6=0;l3=(n0>>>26&3);l4=next(l3,(-1),2);B3:{B4:{if(l4<2){B5:{if(l4===0){l4=next(l3,l4,2);O[k]=n0&-131009|320|l3<<10|l4<<12;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-131009|384|l3<<10|l4<<12;O[k+1]=n1;k+=2;break S;}}}l5=0;l6=next(3,(-1),2);B6:{B7:{if(l6<2){O[k]=n0&-131009|448|l5<<14|l6<<10;O[k+1]=n1;k+=2;break S;}}}O[k]=n0&-131009|512|l5<<14;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l3=(n0>>>10&3),l4=(n0>>>12&3),l5=0,l6=0;B8:{if(l4<2){B9:{if(l4===0){l4=next(l3,l4,2);B10:{if(l4<2){O[k]=n0&-131009|576|l3<<10|l4<<12;O[k+1]=n1;k+=2;break S;}}break B8;}}O[k]=n0&-131009|384|l3<<10|l4<<12;O[k+1]=n1;k+=2;break S;}}l5=0;l6=next(3,(-1),2);B11:{B12:{if(l6<2){O[k]=n0&-131009|448|l5<<14|l6<<10;O[k+1]=n1;k+=2;break S;}}}O[k]=n0&-131009|512|l5<<14;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_6(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l3=(n0>>>10&3),l4=(n0>>>12&3),l5=0,l6=0;if((n1>>>7&7)===0){n1=n1&-897|128;n1=n1&-3073|l4<<10;}else if((n1>>>12&7)===0){n1=n1&-28673|4096;n1=n1&-98305|l4<<15;}else{R[2]=1;break S;}l4=next(l3,l4,2);B13:{if(l4<2){B14:{if(l4===0){O[k]=n0&-131009|640|l3<<10|l4<<12;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-131009|384|l3<<10|l4<<12;O[k+1]=n1;k+=2;break S;}}l5=0;l6=next(3,(-1),2);B15:{B16:{if(l6<2){O[k]=n0&-131009|448|l5<<14|l6<<10;O[k+1]=n1;k+=2;break S;}}}O[k]=n0&-131009|512|l5<<14;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_7(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>14&7),l6=(n0>>>10&3),l7=0;{const d=2+l6;l7=(n1>>>12&7)===d?(n1>>>15&3):(n1>>>7&7)===d?(n1>>>10&3):(n0>>>(19+2*l6)&3);}{const v=(l5+l7);if(!(v>=0&&v<=7)){R[2]=4;break S;}l5=v;}l6=next(3,l6,2);B17:{if(l6<2){O[k]=n0&-131009|448|l5<<14|l6<<10;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-131009|512|l5<<14;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_8(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>14&7);if((n1>>>7&7)===0){n1=n1&-897|128;n1=n1&-3073|(l5&3)<<10;}else if((n1>>>12&7)===0){n1=n1&-28673|4096;n1=n1&-98305|(l5&3)<<15;}else{R[2]=1;break S;}O[k]=n0&-131009;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_9(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l3=(n0>>>10&3),l4=(n0>>>12&3),l5=0,l6=0;B18:{if(l4===0){l4=next(l3,l4,2);B19:{if(l4<2){B20:{if(l4===0){O[k]=n0&-131009|640|l3<<10|l4<<12;O[k+1]=n1;k+=2;break S;}}break B18;}}l5=0;l6=next(3,(-1),2);B21:{B22:{if(l6<2){O[k]=n0&-131009|448|l5<<14|l6<<10;O[k+1]=n1;k+=2;break S;}}}O[k]=n0&-131009|512|l5<<14;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-131009|384|l3<<10|l4<<12;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_10(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l3=(n0>>>10&3),l4=(n0>>>12&3),l5=0,l6=0;l4=next(l3,l4,2);B23:{if(l4<2){B24:{if(l4===0){l4=next(l3,l4,2);O[k]=n0&-131009|320|l3<<10|l4<<12;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-131009|384|l3<<10|l4<<12;O[k+1]=n1;k+=2;break S;}}l5=0;l6=next(3,(-1),2);B25:{B26:{if(l6<2){O[k]=n0&-131009|448|l5<<14|l6<<10;O[k+1]=n1;k+=2;break S;}}}O[k]=n0&-131009|512|l5<<14;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:return x1_1_1(S,a,O,k);case 2:return x1_1_2(S,a,O,k);case 3:return x1_1_3(S,a,O,k);case 4:return x1_1_4(S,a,O,k);case 5:return x1_1_5(S,a,O,k);case 6:return x1_1_6(S,a,O,k);case 7:return x1_1_7(S,a,O,k);case 8:return x1_1_8(S,a,O,k);case 9:return x1_1_9(S,a,O,k);case 10:return x1_1_10(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n1>>>7&7);if(d===0)return k;const v=(n1>>>10&3);if(d<2){n0=n0&-393217|v<<17;}else if(d<5){{const h=19+2*(d-2);n0=n0&~(3<<h)|v<<h;}}else if(d<6){n0=n0&-33554433|v<<25;}n1=n1&-897|(n1>>>12&7)<<7;n1=n1&-3073|(n1>>>15&3)<<10;n1&=-28673;n1&=-98305;O[k+0]=n0;O[k+1]=n1;return k+2;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&7);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=2;}}}
k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=2;}{const p=(S[a+0]>>>6&15);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=2;}}}
k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=2;}R[3]=(k-b)/2;
R[4]=(S[a+0]&7)===0&&(S[a+0]>>>6&15)===0&&(S[a+0]>>>28&7)===0&&(S[a+1]>>>7&7)===0?1:0;return k;}
function initial(O){O[0]=11403329;O[1]=0;}
function check(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
function checkEnd(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
return {words:2,maxSuccessors:6,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: a store found the store buffer full: give the machine a deeper one (store_buffer)
// limit 1: g.slots: an index is out of bounds
// limit 2: CPU0: i would leave its range 0 … 7: give the machine a larger bound
// limit 3: CPU1: sum would leave its range 0 … 7: give the machine a larger bound
