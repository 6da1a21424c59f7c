"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(8),C=new Int32Array(10);

function x0_0_1(S,a,O,k){S:{let n0=S[a];let l0=0;if(!(true))break S;l0=0;O[k]=n0&-16|3;k+=1;break S;}return k;}
function x0_0_1_1(S,a,O,k){S:{let n0=S[a];let l0=0;if(!(true))break S;l0=1;O[k]=n0&-16|2|l0<<2;k+=1;break S;}return k;}
function x0_0_1_2(S,a,O,k){S:{let n0=S[a];let l0=0;if(!(true))break S;l0=2;O[k]=n0&-16|2|l0<<2;k+=1;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a];let l0=(n0>>>2&3);if((n0>>>13&1)===0){n0=n0&-8193|8192;n0=n0&-49153|l0<<14;}else if((n0>>>16&1)===0){n0=n0&-65537|65536;n0=n0&-393217|l0<<17;}else{R[2]=1;break S;}O[k]=n0&-16|3;k+=1;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a];B0:{B1:{n0=n0&-2049|2048;}}O[k]=n0&-16;k+=1;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:k=x0_0_1(S,a,O,k);k=x0_0_1_1(S,a,O,k);return x0_0_1_2(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0];const d=(n0>>>13&1);if(d===0)return k;const v=(n0>>>14&3);if(d<2){n0=n0&-1537|v<<9;}n0=n0&-8193|(n0>>>16&1)<<13;n0=n0&-49153|(n0>>>17&3)<<14;n0&=-65537;n0&=-393217;O[k+0]=n0;return k+1;}
function x1_1_1(S,a,O,k){S:{let n0=S[a];let l0=0;if(!((n0>>>11&1)!==0))break S;l0=0;O[k]=n0&-497|32|l0<<6;k+=1;break S;}return k;}
function x1_1_1_1(S,a,O,k){S:{let n0=S[a];let l0=0;if(!((n0>>>12&1)!==0))break S;l0=1;O[k]=n0&-497|32|l0<<6;k+=1;break S;}return k;}
function x1_1_2(S,a,O,k){S:{let n0=S[a];let l0=(n0>>>6&1),l1=0;if(!(0!==l0))break S;l1=0;O[k]=n0&-497|48|l1<<7;k+=1;break S;}return k;}
function x1_1_2_1(S,a,O,k){S:{let n0=S[a];let l0=(n0>>>6&1),l1=0;if(!(2!==l0))break S;l1=2;O[k]=n0&-497|48|l1<<7;k+=1;break S;}return k;}
function x1_1_3(S,a,O,k){S:{let n0=S[a];let l1=(n0>>>7&3);if((n0>>>19&1)===0){n0=n0&-524289|524288;n0=n0&-3145729|l1<<20;}else if((n0>>>22&1)===0){n0=n0&-4194305|4194304;n0=n0&-25165825|l1<<23;}else{R[2]=1;break S;}O[k]=n0&-497;k+=1;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:k=x1_1_1(S,a,O,k);return x1_1_1_1(S,a,O,k);case 2:k=x1_1_2(S,a,O,k);return x1_1_2_1(S,a,O,k);case 3:return x1_1_3(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0];const d=(n0>>>19&1);if(d===0)return k;const v=(n0>>>20&3);if(d<2){n0=n0&-1537|v<<9;}n0=n0&-524289|(n0>>>22&1)<<19;n0=n0&-3145729|(n0>>>23&3)<<20;n0&=-4194305;n0&=-25165825;O[k+0]=n0;return k+1;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&3);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=1;}}}
k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=1;}{const p=(S[a+0]>>>4&3);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=1;}}}
k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=1;}R[3]=(k-b)/1;
R[4]=(S[a+0]&3)===0&&(S[a+0]>>>4&3)===0&&(S[a+0]>>>13&1)===0&&(S[a+0]>>>19&1)===0?1:0;return k;}
function initial(O){O[0]=17;}
function check(S,a){const n0=S[a+0];return 0;}
function checkEnd(S,a){const n0=S[a+0];return 0;}
return {words:1,maxSuccessors:9,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: a store found the store buffer full: give the machine a deeper one (store_buffer)
