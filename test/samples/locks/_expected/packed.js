"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(9),C=new Int32Array(7);

function x0_0_1(S,a,O,k){S:{let n0=S[a];let l0=0;if(!((n0>>>10&3)===0))break S;if((n0>>>15&3)!==0)break S;l0=(n0>>>10&3);n0=n0&-3073|(0+1)<<10;O[k]=n0&-32|2;k+=1;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a];O[k]=n0&-32|3;k+=1;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a];let l1=0;{const d=2;l1=(n0>>>19&3)===d?(n0>>>21&3):(n0>>>15&3)===d?(n0>>>17&3):(n0>>>12&3);}O[k]=n0&-32|4|l1<<3;k+=1;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a];let l1=(n0>>>3&3);{const v=(l1+1);if(!(v>=0&&v<=2)){R[2]=1;break S;}if((n0>>>15&3)===0){n0=n0&-98305|65536;n0=n0&-393217|v<<17;}else if((n0>>>19&3)===0){n0=n0&-1572865|1048576;n0=n0&-6291457|v<<21;}else{R[2]=2;break S;}}O[k]=n0&-32|5|l1<<3;k+=1;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a];let l1=(n0>>>3&3);if((n0>>>15&3)===0){n0=n0&-98305|65536;n0=n0&-393217|l1<<17;}else if((n0>>>19&3)===0){n0=n0&-1572865|1048576;n0=n0&-6291457|l1<<21;}else{R[2]=2;break S;}O[k]=n0&-32|6;k+=1;break S;}return k;}
function x0_0_6(S,a,O,k){S:{let n0=S[a];if((n0>>>15&3)===0){n0=n0&-98305|32768;n0&=-393217;}else if((n0>>>19&3)===0){n0=n0&-1572865|524288;n0&=-6291457;}else{R[2]=2;break S;}O[k]=n0&-32|7;k+=1;break S;}return k;}
function x0_0_7(S,a,O,k){S:{let n0=S[a];if((n0>>>15&3)===0){n0=n0&-98305|98304;n0=n0&-393217|131072;}else if((n0>>>19&3)===0){n0=n0&-1572865|1572864;n0=n0&-6291457|2097152;}else{R[2]=2;break S;}O[k]=n0&-32;k+=1;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);case 6:return x0_0_6(S,a,O,k);case 7:return x0_0_7(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0];const d=(n0>>>15&3);if(d===0)return k;const v=(n0>>>17&3);if(d<2){n0=n0&-3073|v<<10;}else if(d<3){n0=n0&-12289|v<<12;}else if(d<4){n0=n0&-16385|v<<14;}n0=n0&-98305|(n0>>>19&3)<<15;n0=n0&-393217|(n0>>>21&3)<<17;n0&=-1572865;n0&=-6291457;O[k+0]=n0;return k+1;}
function x1_1_1(S,a,O,k){S:{let n0=S[a];let l0=0;{const d=3;l0=(n0>>>27&3)===d?(n0>>>29&3):(n0>>>23&3)===d?(n0>>>25&3):(n0>>>14&1);}if(!(l0!==0))break S;O[k]=n0&-993|64;k+=1;break S;}return k;}
function x1_1_2(S,a,O,k){S:{let n0=S[a];let l1=0;if(!((n0>>>10&3)===0))break S;if((n0>>>23&3)!==0)break S;l1=(n0>>>10&3);n0=n0&-3073|(1+1)<<10;O[k]=n0&-993|96;k+=1;break S;}return k;}
function x1_1_3(S,a,O,k){S:{let n0=S[a];O[k]=n0&-993|128;k+=1;break S;}return k;}
function x1_1_4(S,a,O,k){S:{let n0=S[a];let l2=0;{const d=2;l2=(n0>>>27&3)===d?(n0>>>29&3):(n0>>>23&3)===d?(n0>>>25&3):(n0>>>12&3);}O[k]=n0&-993|160|l2<<8;k+=1;break S;}return k;}
function x1_1_5(S,a,O,k){S:{let n0=S[a];let l2=(n0>>>8&3);{const v=(l2+1);if(!(v>=0&&v<=2)){R[2]=1;break S;}if((n0>>>23&3)===0){n0=n0&-25165825|16777216;n0=n0&-100663297|v<<25;}else if((n0>>>27&3)===0){n0=n0&-402653185|268435456;n0=n0&-1610612737|v<<29;}else{R[2]=2;break S;}}O[k]=n0&-993|192|l2<<8;k+=1;break S;}return k;}
function x1_1_6(S,a,O,k){S:{let n0=S[a];let l2=(n0>>>8&3);if((n0>>>23&3)===0){n0=n0&-25165825|16777216;n0=n0&-100663297|l2<<25;}else if((n0>>>27&3)===0){n0=n0&-402653185|268435456;n0=n0&-1610612737|l2<<29;}else{R[2]=2;break S;}O[k]=n0&-993|224;k+=1;break S;}return k;}
function x1_1_7(S,a,O,k){S:{let n0=S[a];if((n0>>>23&3)===0){n0=n0&-25165825|8388608;n0&=-100663297;}else if((n0>>>27&3)===0){n0=n0&-402653185|134217728;n0&=-1610612737;}else{R[2]=2;break S;}O[k]=n0&-993;k+=1;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:return x1_1_1(S,a,O,k);case 2:return x1_1_2(S,a,O,k);case 3:return x1_1_3(S,a,O,k);case 4:return x1_1_4(S,a,O,k);case 5:return x1_1_5(S,a,O,k);case 6:return x1_1_6(S,a,O,k);case 7:return x1_1_7(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0];const d=(n0>>>23&3);if(d===0)return k;const v=(n0>>>25&3);if(d<2){n0=n0&-3073|v<<10;}else if(d<3){n0=n0&-12289|v<<12;}else if(d<4){n0=n0&-16385|v<<14;}n0=n0&-25165825|(n0>>>27&3)<<23;n0=n0&-100663297|(n0>>>29&3)<<25;n0&=-402653185;n0&=-1610612737;O[k+0]=n0;return k+1;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&7);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=1;}}}
k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=1;}{const p=(S[a+0]>>>5&7);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=1;}}}
k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=1;}R[3]=(k-b)/1;
R[4]=(S[a+0]&7)===0&&(S[a+0]>>>5&7)===0&&(S[a+0]>>>15&3)===0&&(S[a+0]>>>23&3)===0?1:0;return k;}
function initial(O){O[0]=33;}
function check(S,a){const n0=S[a+0];if(R[8]===0&&((n0>>>12&3)===1&&(n0>>>14&1)!==0))R[8]=1;if(!((n0>>>12&3)<2))return 4;return 0;}
function checkEnd(S,a){const n0=S[a+0];return 0;}
return {words:1,maxSuccessors:6,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: g.inside would leave its range 0 … 2: give the machine a larger bound
// limit 1: a store found the store buffer full: give the machine a deeper one (store_buffer)
