"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(8),C=new Int32Array(7);

function x0_0_1(S,a,O,k){S:{let n0=S[a];let l0=0;B0:{B1:{l0=(n0>>>8&1);n0=n0&-257|256;}}O[k]=n0&-16|2|l0<<3;k+=1;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a];let l0=(n0>>>3&1);if((n0>>>20&1)===0){n0=n0&-1048577|1048576;n0=n0&-6291457|2097152;}else if((n0>>>23&1)===0){n0=n0&-8388609|8388608;n0=n0&-50331649|16777216;}else{R[2]=1;break S;}O[k]=n0&-16|3|l0<<3;k+=1;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a];let l0=(n0>>>3&1);if((n0>>>20&1)!==0)break S;B0:{B1:{if((n0>>>12&1)!==0){break S;}B2:{B3:{B4:{if(0===0){break B3;}}n0=n0&-4097|4096;}B5:{B6:{if(1===0){break B5;}}n0=n0&-16385|16384;}}n0=n0&-196609|65536;}}O[k]=n0&-16|4|l0<<3;k+=1;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a];let l0=(n0>>>3&1);B0:{B1:{n0=n0&-257|l0<<8;}}O[k]=n0&-16|5;k+=1;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a];if((n0>>>20&1)===0){n0=n0&-1048577|1048576;n0=n0&-6291457|4194304;}else if((n0>>>23&1)===0){n0=n0&-8388609|8388608;n0=n0&-50331649|33554432;}else{R[2]=1;break S;}O[k]=n0&-16;k+=1;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0];const d=(n0>>>20&1);if(d===0)return k;const v=(n0>>>21&3);if(d<2){n0=n0&-3073|v<<10;}n0=n0&-1048577|(n0>>>23&1)<<20;n0=n0&-6291457|(n0>>>24&3)<<21;n0&=-8388609;n0&=-50331649;O[k+0]=n0;return k+1;}
function x1_1_1(S,a,O,k){S:{let n0=S[a];B0:{B1:{if(!((n0>>>14&1)!==0)){break S;}}}O[k]=n0&-241|32;k+=1;break S;}return k;}
function x1_1_2(S,a,O,k){S:{let n0=S[a];let l0=0;{const d=1;l0=(n0>>>29&1)===d?(n0>>>30):(n0>>>26&1)===d?(n0>>>27&3):(n0>>>10&3);}O[k]=n0&-241|48|l0<<6;k+=1;break S;}return k;}
function x1_1_3(S,a,O,k){S:{let n0=S[a];let l0=(n0>>>6&3);{const v=(l0+1);if(!(v>=0&&v<=3)){R[2]=2;break S;}if((n0>>>26&1)===0){n0=n0&-67108865|67108864;n0=n0&-402653185|v<<27;}else if((n0>>>29&1)===0){n0=n0&-536870913|536870912;n0=n0&1073741823|v<<30;}else{R[2]=1;break S;}}O[k]=n0&-241;k+=1;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:return x1_1_1(S,a,O,k);case 2:return x1_1_2(S,a,O,k);case 3:return x1_1_3(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0];const d=(n0>>>26&1);if(d===0)return k;const v=(n0>>>27&3);if(d<2){n0=n0&-3073|v<<10;}n0=n0&-67108865|(n0>>>29&1)<<26;n0=n0&-402653185|(n0>>>30)<<27;n0&=-536870913;n0&=1073741823;O[k+0]=n0;return k+1;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&7);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=1;}}}
k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=1;}{const p=(S[a+0]>>>4&3);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=1;}}}
k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=1;}R[3]=(k-b)/1;
R[4]=(S[a+0]&7)===0&&(S[a+0]>>>4&3)===0&&(S[a+0]>>>20&1)===0&&(S[a+0]>>>26&1)===0?1:0;return k;}
function initial(O){O[0]=529;}
function check(S,a){const n0=S[a+0];return 0;}
function checkEnd(S,a){const n0=S[a+0];return 0;}
return {words:1,maxSuccessors:6,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: a store found the store buffer full: give the machine a deeper one (store_buffer)
// limit 1: g.x would leave its range 0 … 3: give the machine a larger bound
