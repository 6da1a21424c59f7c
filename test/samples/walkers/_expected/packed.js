"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(9),C=new Int32Array(8);
const K0=[1];const K3=[1];
function x0_0_1(S,a,O,k){S:{let n0=S[a];let l0=0;{const d=1;l0=(n0>>>19&3)===d?(n0>>>21&3):(n0>>>15&3)===d?(n0>>>17&3):(n0>>>7&3);}O[k]=n0&-32|2|l0<<3;k+=1;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a];let l0=(n0>>>3&3);if((n0>>>15&3)===0){n0=n0&-98305|32768;n0&=-393217;}else if((n0>>>19&3)===0){n0=n0&-1572865|524288;n0&=-6291457;}else{R[2]=1;break S;}O[k]=n0&-32|3|l0<<3;k+=1;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a];let l0=(n0>>>3&3);if((n0>>>15&3)!==0)break S;B0:{B1:{n0&=-6145;}}B0:{if(l0!==0){O[k]=n0&-32|4|l0<<3;k+=1;break S;}}O[k]=n0&-32|5;k+=1;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a];let l0=(n0>>>3&3);B0:{B1:{if(!(((l0-1)>=0?(n0>>>(5+(l0-1))&1):0)!==0)){if(R[0]===0){R[0]=2;R[1]=k;}O[k]=n0;k+=1;break S;}if(!((l0-1)>=0)){R[2]=2;break S;}{const h=5+(l0-1);n0=n0&~(1<<h)|0<<h;}}}O[k]=n0&-32|5;k+=1;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a];let l1=0;B0:{B1:{l1=(n0>>>11&3);B2:{if((l1!==0&&!(((l1-1)>=0?(n0>>>(5+(l1-1))&1):0)!==0))){if(R[0]===0){R[0]=3;R[1]=k;}O[k]=n0;k+=1;break S;}}}}O[k]=n0&-32;k+=1;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0];const d=(n0>>>15&3);if(d===0)return k;const v=(n0>>>17&3);if(d<3){{const h=7+2*(d-1);n0=n0&~(3<<h)|v<<h;}}n0=n0&-98305|(n0>>>19&3)<<15;n0=n0&-393217|(n0>>>21&3)<<17;n0&=-1572865;n0&=-6291457;O[k+0]=n0;return k+1;}
function w1_0_0(S,a,O,k){for(let q=0;q<2;q++)S:{let n0=S[a];let l0=0,l1=0;if(!((1!==0&&(n0>>>11&3)===0))){break S;}l0=1;{const d=1+(l0-1)*2;const m=((l0-1)>=0?(n0>>>(7+2*(l0-1)*2)&3):0);l1=q===0?m:(n0>>>19&3)===d?(n0>>>21&3):(n0>>>15&3)===d?(n0>>>17&3):m;if(q!==0&&l1===m)break S;}if(!(l1!==0)){break S;}n0=n0&-6145|l1<<11;O[k]=n0;k+=1;break S;}return k;}
function w1_0_1(S,a,O,k){for(let q=0;q<2;q++)S:{let n0=S[a];let l2=0,l3=0;if(!((1!==0&&(n0>>>13&3)===0))){break S;}l2=1;{const d=1+((l2-1)*2+1);const m=((l2-1)>=0?(n0>>>(7+2*((l2-1)*2+1))&3):0);l3=q===0?m:(n0>>>19&3)===d?(n0>>>21&3):(n0>>>15&3)===d?(n0>>>17&3):m;if(q!==0&&l3===m)break S;}if(!(l3!==0)){break S;}n0=n0&-24577|l3<<13;O[k]=n0;k+=1;break S;}return k;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&7);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=1;}}}
k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=1;}R[3]=(k-b)/1;
k=w1_0_0(S,a,O,k);while(m<k){C[j++]=1|(0)+1<<16;m+=1;}k=w1_0_1(S,a,O,k);while(m<k){C[j++]=1|(1)+1<<16;m+=1;}R[4]=(S[a+0]&7)===0&&(S[a+0]>>>15&3)===0?1:0;return k;}
function initial(O){O[0]=1249;}
function check(S,a){const n0=S[a+0];if(R[8]===0&&((n0>>>11&3)!==0&&(n0>>>13&3)!==0))R[8]=1;return 0;}
function checkEnd(S,a){const n0=S[a+0];return 0;}
return {words:1,maxSuccessors:7,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: a store found the store buffer full: give the machine a deeper one (store_buffer)
// limit 1: frame.allocated: an index is out of bounds
