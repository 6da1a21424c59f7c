"use strict";
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(8),C=new Int32Array(7);

function x0_0_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];O[k]=n0&-16|2;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0;B0:{B1:{l0=(n0>>>9&1);n0=n0&-513|512;break B1;}break B0;}O[k]=n0&-16|3|l0<<3;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>3&1);if((n0>>>21&1)===0){n0=n0&-2097153|2097152;n0=n0&-12582913|4194304;}else if((n0>>>24&1)===0){n0=n0&-16777217|16777216;n0=n0&-100663297|33554432;}else{R[2]=1;break S;}O[k]=n0&-16|4|l0<<3;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>3&1);if((n0>>>21&1)!==0)break S;B0:{B1:{if((n0>>>13&1)!==0){break S;}B2:{B3:{B4:{if(0===0){break B3;}else{break B4;}}n0=n0&-8193|8192;break B3;}B5:{B6:{if(1===0){break B5;}else{break B6;}}n0=n0&-32769|32768;break B5;}break B2;}n0=n0&-393217|131072;break B1;}break B0;}O[k]=n0&-16|5|l0<<3;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>3&1);B0:{B1:{n0=n0&-513|l0<<9;break B1;}break B0;}O[k]=n0&-16|6;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_6(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>21&1)===0){n0=n0&-2097153|2097152;n0=n0&-12582913|8388608;}else if((n0>>>24&1)===0){n0=n0&-16777217|16777216;n0=n0&-100663297|67108864;}else{R[2]=1;break S;}O[k]=n0&-16;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);case 6:return x0_0_6(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n0>>>21&1);if(d===0)return k;const v=(n0>>>22&3);if(d<2){n0=n0&-6145|v<<11;}n0=n0&-2097153|(n0>>>24&1)<<21;n0=n0&-12582913|(n0>>>25&3)<<22;n0&=-16777217;n0&=-100663297;O[k+0]=n0;O[k+1]=n1;return k+2;}
function x1_1_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];O[k]=n0&-497|32;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];B0:{B1:{if(!((n0>>>15&1)!==0)){break S;}break B1;}break B0;}O[k]=n0&-497|48;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0;{const d=1;l0=(n0>>>30&1)===d?(n1&3):(n0>>>27&1)===d?(n0>>>28&3):(n0>>>11&3);}O[k]=n0&-497|64|l0<<7;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>7&3);{const v=(l0+1);if(!(v>=0&&v<=3)){R[2]=2;break S;}if((n0>>>27&1)===0){n0=n0&-134217729|134217728;n0=n0&-805306369|v<<28;}else if((n0>>>30&1)===0){n0=n0&-1073741825|1073741824;n1=n1&-4|v<<0;}else{R[2]=1;break S;}}O[k]=n0&-497;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:return x1_1_1(S,a,O,k);case 2:return x1_1_2(S,a,O,k);case 3:return x1_1_3(S,a,O,k);case 4:return x1_1_4(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n0>>>27&1);if(d===0)return k;const v=(n0>>>28&3);if(d<2){n0=n0&-6145|v<<11;}n0=n0&-134217729|(n0>>>30&1)<<27;n0=n0&-805306369|(n1&3)<<28;n0&=-1073741825;n1&=-4;O[k+0]=n0;O[k+1]=n1;return k+2;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&7);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=2;}}}k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=2;}
{const p=(S[a+0]>>>4&7);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=2;}}}k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=2;}
R[3]=(k-b)/2;
R[4]=(S[a+0]&7)===0&&(S[a+0]>>>4&7)===0&&(S[a+0]>>>21&1)===0&&(S[a+0]>>>27&1)===0?1:0;return k;}
function initial(O){O[0]=1041;O[1]=0;}
function check(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
function checkEnd(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
return {words:2,maxSuccessors:6,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: a store found the store buffer full: give the machine a deeper one (store_buffer)
// limit 1: g.x would leave its range 0 … 3: give the machine a larger bound
