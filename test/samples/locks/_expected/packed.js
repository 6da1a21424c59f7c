"use strict";
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(9),C=new Int32Array(7);

function x0_0_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];O[k]=n0&-64|2;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0;if(!((n0>>>12&3)===0))break S;if((n0>>>17&3)!==0)break S;l0=(n0>>>12&3);n0=n0&-12289|(0+1)<<12;O[k]=n0&-64|3;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];O[k]=n0&-64|4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=0;{const d=2;l1=(n0>>>21&3)===d?(n0>>>23&3):(n0>>>17&3)===d?(n0>>>19&3):(n0>>>14&3);}O[k]=n0&-64|5|l1<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=(n0>>>4&3);{const v=(l1+1);if(!(v>=0&&v<=2)){R[2]=1;break S;}if((n0>>>17&3)===0){n0=n0&-393217|262144;n0=n0&-1572865|v<<19;}else if((n0>>>21&3)===0){n0=n0&-6291457|4194304;n0=n0&-25165825|v<<23;}else{R[2]=2;break S;}}O[k]=n0&-64|6|l1<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_6(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=(n0>>>4&3);if((n0>>>17&3)===0){n0=n0&-393217|262144;n0=n0&-1572865|l1<<19;}else if((n0>>>21&3)===0){n0=n0&-6291457|4194304;n0=n0&-25165825|l1<<23;}else{R[2]=2;break S;}O[k]=n0&-64|7;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_7(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>17&3)===0){n0=n0&-393217|131072;n0&=-1572865;}else if((n0>>>21&3)===0){n0=n0&-6291457|2097152;n0&=-25165825;}else{R[2]=2;break S;}O[k]=n0&-64|8;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_8(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>17&3)===0){n0=n0&-393217|393216;n0=n0&-1572865|524288;}else if((n0>>>21&3)===0){n0=n0&-6291457|6291456;n0=n0&-25165825|8388608;}else{R[2]=2;break S;}O[k]=n0&-64;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);case 6:return x0_0_6(S,a,O,k);case 7:return x0_0_7(S,a,O,k);case 8:return x0_0_8(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n0>>>17&3);if(d===0)return k;const v=(n0>>>19&3);if(d<2){n0=n0&-12289|v<<12;}else if(d<3){n0=n0&-49153|v<<14;}else if(d<4){n0=n0&-65537|v<<16;}n0=n0&-393217|(n0>>>21&3)<<17;n0=n0&-1572865|(n0>>>23&3)<<19;n0&=-6291457;n0&=-25165825;O[k+0]=n0;O[k+1]=n1;return k+2;}
function x1_1_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];O[k]=n0&-4033|128;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0;{const d=3;l0=(n0>>>29&3)===d?(n1&3):(n0>>>25&3)===d?(n0>>>27&3):(n0>>>16&1);}if(!(l0!==0))break S;O[k]=n0&-4033|192;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=0;if(!((n0>>>12&3)===0))break S;if((n0>>>25&3)!==0)break S;l1=(n0>>>12&3);n0=n0&-12289|(1+1)<<12;O[k]=n0&-4033|256;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];O[k]=n0&-4033|320;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l2=0;{const d=2;l2=(n0>>>29&3)===d?(n1&3):(n0>>>25&3)===d?(n0>>>27&3):(n0>>>14&3);}O[k]=n0&-4033|384|l2<<10;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_6(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l2=(n0>>>10&3);{const v=(l2+1);if(!(v>=0&&v<=2)){R[2]=1;break S;}if((n0>>>25&3)===0){n0=n0&-100663297|67108864;n0=n0&-402653185|v<<27;}else if((n0>>>29&3)===0){n0=n0&-1610612737|1073741824;n1=n1&-4|v<<0;}else{R[2]=2;break S;}}O[k]=n0&-4033|448|l2<<10;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_7(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l2=(n0>>>10&3);if((n0>>>25&3)===0){n0=n0&-100663297|67108864;n0=n0&-402653185|l2<<27;}else if((n0>>>29&3)===0){n0=n0&-1610612737|1073741824;n1=n1&-4|l2<<0;}else{R[2]=2;break S;}O[k]=n0&-4033|512;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_8(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>25&3)===0){n0=n0&-100663297|33554432;n0&=-402653185;}else if((n0>>>29&3)===0){n0=n0&-1610612737|536870912;n1&=-4;}else{R[2]=2;break S;}O[k]=n0&-4033;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:return x1_1_1(S,a,O,k);case 2:return x1_1_2(S,a,O,k);case 3:return x1_1_3(S,a,O,k);case 4:return x1_1_4(S,a,O,k);case 5:return x1_1_5(S,a,O,k);case 6:return x1_1_6(S,a,O,k);case 7:return x1_1_7(S,a,O,k);case 8:return x1_1_8(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n0>>>25&3);if(d===0)return k;const v=(n0>>>27&3);if(d<2){n0=n0&-12289|v<<12;}else if(d<3){n0=n0&-49153|v<<14;}else if(d<4){n0=n0&-65537|v<<16;}n0=n0&-100663297|(n0>>>29&3)<<25;n0=n0&-402653185|(n1&3)<<27;n0&=-1610612737;n1&=-4;O[k+0]=n0;O[k+1]=n1;return k+2;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&15);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=2;}}}k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=2;}
{const p=(S[a+0]>>>6&15);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=2;}}}k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=2;}
R[3]=(k-b)/2;
R[4]=(S[a+0]&15)===0&&(S[a+0]>>>6&15)===0&&(S[a+0]>>>17&3)===0&&(S[a+0]>>>25&3)===0?1:0;return k;}
function initial(O){O[0]=65;O[1]=0;}
function check(S,a){const n0=S[a+0],n1=S[a+1];if(R[8]===0&&((n0>>>14&3)===1&&(n0>>>16&1)!==0))R[8]=1;if(!((n0>>>14&3)<2))return 3;return 0;}
function checkEnd(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
return {words:2,maxSuccessors:6,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: g.inside would leave its range 0 … 2: give the machine a larger bound
// limit 1: a store found the store buffer full: give the machine a deeper one (store_buffer)
