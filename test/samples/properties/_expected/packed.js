"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(10),C=new Int32Array(7);

function x0_0_1(S,a,O,k){S:{let n0=S[a];if((n0>>>8&3)===0){n0=n0&-769|256;n0=n0&-3073|1024;}else if((n0>>>12&3)===0){n0=n0&-12289|4096;n0=n0&-49153|16384;}else{R[2]=1;break S;}O[k]=n0&-8|2;k+=1;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a];let l0=0;{const d=2;l0=(n0>>>12&3)===d?(n0>>>14&3):(n0>>>8&3)===d?(n0>>>10&3):(n0>>>6&3);}if(l0===1){O[k]=n0&-8|3;k+=1;break S;}else{O[k]=n0&-8;k+=1;break S;}}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a];if((n0>>>8&3)===0){n0=n0&-769|256;n0=n0&-3073|2048;}else if((n0>>>12&3)===0){n0=n0&-12289|4096;n0=n0&-49153|32768;}else{R[2]=1;break S;}O[k]=n0&-8|4;k+=1;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a];let l1=0;{const d=2;l1=(n0>>>12&3)===d?(n0>>>14&3):(n0>>>8&3)===d?(n0>>>10&3):(n0>>>6&3);}B1:{if(l1===2){if(R[0]===0){R[0]=1;R[1]=k;}O[k]=n0;k+=1;break S;}}O[k]=n0&-8|5;k+=1;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a];let l2=0;{const d=2;l2=(n0>>>12&3)===d?(n0>>>14&3):(n0>>>8&3)===d?(n0>>>10&3):(n0>>>6&3);}B2:{}R[8]=1;O[k]=n0&-8;k+=1;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0];const d=(n0>>>8&3);if(d===0)return k;const v=(n0>>>10&3);if(d<2){n0=n0&-49|v<<4;}else if(d<3){n0=n0&-193|v<<6;}n0=n0&-769|(n0>>>12&3)<<8;n0=n0&-3073|(n0>>>14&3)<<10;n0&=-12289;n0&=-49153;O[k+0]=n0;return k+1;}
function x1_1_1(S,a,O,k){S:{let n0=S[a];if((n0>>>16&3)===0){n0=n0&-196609|131072;n0=n0&-786433|262144;}else if((n0>>>20&3)===0){n0=n0&-3145729|2097152;n0=n0&-12582913|4194304;}else{R[2]=1;break S;}O[k]=n0&-9;k+=1;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:return x1_1_1(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0];const d=(n0>>>16&3);if(d===0)return k;const v=(n0>>>18&3);if(d<2){n0=n0&-49|v<<4;}else if(d<3){n0=n0&-193|v<<6;}n0=n0&-196609|(n0>>>20&3)<<16;n0=n0&-786433|(n0>>>22&3)<<18;n0&=-3145729;n0&=-12582913;O[k+0]=n0;return k+1;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&7);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=1;}}}
k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=1;}{const p=(S[a+0]>>>3&1);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=1;}}}
k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=1;}R[3]=(k-b)/1;
R[4]=(S[a+0]&7)===0&&(S[a+0]>>>3&1)===0&&(S[a+0]>>>8&3)===0&&(S[a+0]>>>16&3)===0?1:0;return k;}
function initial(O){O[0]=9;}
function check(S,a){const n0=S[a+0];if(R[9]===0&&((0+((n0>>>4&3)>0?1:0))+((n0>>>6&3)>0?1:0))===2)R[9]=1;if(!((n0>>>4&3)<3))return 5;return 0;}
function checkEnd(S,a){const n0=S[a+0];if(!((n0>>>4&3)===2))return 6;return 0;}
return {words:1,maxSuccessors:6,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: a store found the store buffer full: give the machine a deeper one (store_buffer)
