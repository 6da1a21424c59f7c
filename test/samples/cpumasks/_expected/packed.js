"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(8),C=new Int32Array(9);

function x0_0_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0;if((n0>>>26&3)!==0)break S;l0=(n0>>>18&7);n0=n0&-1835009|(l0|1<<0)<<18;O[k]=n0&-1024|2;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=0;{const d=1;l1=(n1&3)===d?(n1>>>2&7):(n0>>>26&3)===d?(n0>>>28&7):(n0>>>18&7);}O[k]=n0&-1024|3|l1<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=(n0>>>4&7),l2=0;{const d=2;l2=(n1&3)===d?(n1>>>2&7):(n0>>>26&3)===d?(n0>>>28&7):(n0>>>21&7);}O[k]=n0&-1024|4|l1<<4|l2<<7;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=(n0>>>4&7),l2=(n0>>>7&7);if((n0>>>26&3)===0){n0=n0&-201326593|134217728;n0=n0&-1879048193|(l2|l1)<<28;}else if((n1&3)===0){n1=n1&-4|2;n1=n1&-29|(l2|l1)<<2;}else{R[2]=1;break S;}O[k]=n0&-1024|5;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l3=0;{const d=1;l3=(n1&3)===d?(n1>>>2&7):(n0>>>26&3)===d?(n0>>>28&7):(n0>>>18&7);}B0:{if((l3>>>2&1)!==0){O[k]=n0&-1024|6;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-1024|7;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_6(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l4=0;if((n0>>>26&3)!==0)break S;l4=(n0>>>18&7);n0=n0&-1835009|(l4&~(1<<2))<<18;O[k]=n0&-1024|7;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_7(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=0;{const d=1;l5=(n1&3)===d?(n1>>>2&7):(n0>>>26&3)===d?(n0>>>28&7):(n0>>>18&7);}O[k]=n0&-1024|8|l5<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_8(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>4&7);if((n0>>>26&3)===0){n0=n0&-201326593|201326592;n0=n0&-1879048193|next((l5&~(1<<0)),(-1),3)<<28;}else if((n1&3)===0){n1=n1&-4|3;n1=n1&-29|next((l5&~(1<<0)),(-1),3)<<2;}else{R[2]=1;break S;}O[k]=n0&-1024;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);case 6:return x0_0_6(S,a,O,k);case 7:return x0_0_7(S,a,O,k);case 8:return x0_0_8(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n0>>>26&3);if(d===0)return k;const v=(n0>>>28&7);if(d<2){n0=n0&-1835009|v<<18;}else if(d<3){n0=n0&-14680065|v<<21;}else if(d<4){n0=n0&-50331649|v<<24;}n0=n0&-201326593|(n1&3)<<26;n0=n0&-1879048193|(n1>>>2&7)<<28;n1&=-4;n1&=-29;O[k+0]=n0;O[k+1]=n1;return k+2;}
function x1_1_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0,l1=0,l2=0,l3=0;{const d=1;l0=(n1>>>10&3)===d?(n1>>>12&7):(n1>>>5&3)===d?(n1>>>7&7):(n0>>>18&7);}l1=(l0&~(1<<1));B0:{if(l1===0){l1=(0|1<<2);}}l2=l1;l3=next(l2,(-1),3);B1:{B2:{if(l3<3){B3:{if((7>>>l3&1)!==0){O[k]=n0&-261121|2048|l2<<13|l3<<16;O[k+1]=n1;k+=2;break S;}}l3=next(l2,l3,3);O[k]=n0&-261121|3072|l2<<13|l3<<16;O[k+1]=n1;k+=2;break S;}}}O[k]=n0&-261121|4096;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l2=(n0>>>13&7),l3=(n0>>>16&3),l4=0;if((n1>>>5&3)!==0)break S;l4=(n0>>>21&7);{const v=(l4|1<<l3);if(!(v>=0&&v<=7)){R[2]=2;break S;}n0=n0&-14680065|v<<21;}l3=next(l2,l3,3);B4:{if(l3<3){B5:{if((7>>>l3&1)!==0){O[k]=n0&-261121|2048|l2<<13|l3<<16;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-261121|5120|l2<<13|l3<<16;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-261121|4096;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l2=(n0>>>13&7),l3=(n0>>>16&3);B6:{if(l3<3){B7:{if((7>>>l3&1)!==0){O[k]=n0&-261121|2048|l2<<13|l3<<16;O[k+1]=n1;k+=2;break S;}}l3=next(l2,l3,3);B8:{if(l3<3){O[k]=n0&-261121|6144|l2<<13|l3<<16;O[k+1]=n1;k+=2;break S;}}}}O[k]=n0&-261121|4096;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n1>>>5&3)===0){n1=n1&-97|32;n1&=-897;}else if((n1>>>10&3)===0){n1=n1&-3073|1024;n1&=-28673;}else{R[2]=1;break S;}O[k]=n0&-261121;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l2=(n0>>>13&7),l3=(n0>>>16&3);l3=next(l2,l3,3);B9:{if(l3<3){B10:{if((7>>>l3&1)!==0){O[k]=n0&-261121|2048|l2<<13|l3<<16;O[k+1]=n1;k+=2;break S;}}l3=next(l2,l3,3);O[k]=n0&-261121|3072|l2<<13|l3<<16;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-261121|4096;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_6(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l2=(n0>>>13&7),l3=(n0>>>16&3);B11:{if((7>>>l3&1)!==0){O[k]=n0&-261121|2048|l2<<13|l3<<16;O[k+1]=n1;k+=2;break S;}}l3=next(l2,l3,3);B12:{if(l3<3){B13:{if((7>>>l3&1)!==0){O[k]=n0&-261121|2048|l2<<13|l3<<16;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-261121|5120|l2<<13|l3<<16;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-261121|4096;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:return x1_1_1(S,a,O,k);case 2:return x1_1_2(S,a,O,k);case 3:return x1_1_3(S,a,O,k);case 4:return x1_1_4(S,a,O,k);case 5:return x1_1_5(S,a,O,k);case 6:return x1_1_6(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n1>>>5&3);if(d===0)return k;const v=(n1>>>7&7);if(d<2){n0=n0&-1835009|v<<18;}else if(d<3){n0=n0&-14680065|v<<21;}else if(d<4){n0=n0&-50331649|v<<24;}n1=n1&-97|(n1>>>10&3)<<5;n1=n1&-897|(n1>>>12&7)<<7;n1&=-3073;n1&=-28673;O[k+0]=n0;O[k+1]=n1;return k+2;}
function d2(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n1>>>15&3);if(d===0)return k;const v=(n1>>>17&7);if(d<2){n0=n0&-1835009|v<<18;}else if(d<3){n0=n0&-14680065|v<<21;}else if(d<4){n0=n0&-50331649|v<<24;}n1=n1&-98305|(n1>>>20&3)<<15;n1=n1&-917505|(n1>>>22&7)<<17;n1&=-3145729;n1&=-29360129;O[k+0]=n0;O[k+1]=n1;return k+2;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&15);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=2;}}}
k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=2;}{const p=(S[a+0]>>>10&7);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=2;}}}
k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=2;}
k=d2(S,a,O,k);while(m<k){C[j++]=512|(-1)+1<<16;m+=2;}R[3]=(k-b)/2;
R[4]=(S[a+0]&15)===0&&(S[a+0]>>>10&7)===0&&(S[a+0]>>>26&3)===0&&(S[a+1]>>>5&3)===0&&(S[a+1]>>>15&3)===0?1:0;return k;}
function initial(O){O[0]=1049601;O[1]=0;}
function check(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
function checkEnd(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
return {words:2,maxSuccessors:8,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: a store found the store buffer full: give the machine a deeper one (store_buffer)
// limit 1: g.other would leave its range 0 … 7: give the machine a larger bound
