"use strict";
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(8),C=new Int32Array(12);

function x0_0_1(S,a,O,k){S:{let n0=S[a];O[k]=n0&-32|2;k+=1;break S;}return k;}
function x0_0_2(S,a,O,k){for(let l0=0;l0<3;l0++)S:{let n0=S[a];B1:{if(l0>0){O[k]=n0&-32|3|l0<<3;k+=1;break S;}else{break B1;}}O[k]=n0&-32|4;k+=1;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a];let l0=(n0>>>3&3);if((n0>>>15&1)===0){n0=n0&-32769|32768;n0=n0&-196609|l0<<16;}else if((n0>>>18&1)===0){n0=n0&-262145|262144;n0=n0&-1572865|l0<<19;}else{R[2]=1;break S;}O[k]=n0&-32|4;k+=1;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a];B0:{B1:{n0=n0&-8193|8192;break B1;}break B0;}O[k]=n0&-32;k+=1;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0];const d=(n0>>>15&1);if(d===0)return k;const v=(n0>>>16&3);if(d<2){n0=n0&-6145|v<<11;}n0=n0&-32769|(n0>>>18&1)<<15;n0=n0&-196609|(n0>>>19&3)<<16;n0&=-262145;n0&=-1572865;O[k+0]=n0;return k+1;}
function x1_1_1(S,a,O,k){S:{let n0=S[a];O[k]=n0&-2017|64;k+=1;break S;}return k;}
function x1_1_2(S,a,O,k){for(let l0=0;l0<2;l0++)S:{let n0=S[a];if(!((n0>>>(13+l0)&1)!==0))break S;O[k]=n0&-2017|96|l0<<8;k+=1;break S;}return k;}
function x1_1_3(S,a,O,k){for(let l1=0;l1<4;l1++)S:{let n0=S[a];let l0=(n0>>>8&1);if(!(((l1%2)===0&&l1!==l0)))break S;O[k]=n0&-2017|128|l1<<9;k+=1;break S;}return k;}
function x1_1_4(S,a,O,k){S:{let n0=S[a];let l1=(n0>>>9&3);if((n0>>>21&1)===0){n0=n0&-2097153|2097152;n0=n0&-12582913|l1<<22;}else if((n0>>>24&1)===0){n0=n0&-16777217|16777216;n0=n0&-100663297|l1<<25;}else{R[2]=1;break S;}O[k]=n0&-2017;k+=1;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:return x1_1_1(S,a,O,k);case 2:return x1_1_2(S,a,O,k);case 3:return x1_1_3(S,a,O,k);case 4:return x1_1_4(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0];const d=(n0>>>21&1);if(d===0)return k;const v=(n0>>>22&3);if(d<2){n0=n0&-6145|v<<11;}n0=n0&-2097153|(n0>>>24&1)<<21;n0=n0&-12582913|(n0>>>25&3)<<22;n0&=-16777217;n0&=-100663297;O[k+0]=n0;return k+1;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&7);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=1;}}}k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=1;}
{const p=(S[a+0]>>>5&7);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=1;}}}k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=1;}
R[3]=(k-b)/1;
R[4]=(S[a+0]&7)===0&&(S[a+0]>>>5&7)===0&&(S[a+0]>>>15&1)===0&&(S[a+0]>>>21&1)===0?1:0;return k;}
function initial(O){O[0]=33;}
function check(S,a){const n0=S[a+0];return 0;}
function checkEnd(S,a){const n0=S[a+0];return 0;}
return {words:1,maxSuccessors:11,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: a store found the store buffer full: give the machine a deeper one (store_buffer)
