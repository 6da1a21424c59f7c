"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(8),C=new Int32Array(7);

function x0_0_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0;if((n0>>>12&1)!==0){if((n0>>>13&1)!==0){R[2]=1;break S;}else{n0=n0&-8193|8192;l0=2;}}else{n0=n0&-4097|4096;l0=1;}O[k]=n0&-256|2|l0<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>4&3);if((l0===0||l0>2)){if(R[0]===0){R[0]=1;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}if(!((n0>>>(12+(l0-1))&1)!==0)){if(R[0]===0){R[0]=2;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}if((n0>>>26&7)===0){n0=n0&-469762049|3+(l0-1)<<26;n0=n0&-1610612737|536870912;}else if((n1&7)===0){n1=n1&-8|3+(l0-1)<<0;n1=n1&-25|8;}else{R[2]=2;break S;}O[k]=n0&-256|3|l0<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>4&3),l1=0;l1=(n0>>>16&3);O[k]=n0&-256|4|l0<<4|l1<<6;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>4&3),l1=(n0>>>6&3);if((l0===0||l0>2)){if(R[0]===0){R[0]=1;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}if(!((n0>>>(12+(l0-1))&1)!==0)){if(R[0]===0){R[0]=2;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}if((n0>>>26&7)===0){n0=n0&-469762049|5+(l0-1)<<26;n0=n0&-1610612737|l1<<29;}else if((n1&7)===0){n1=n1&-8|5+(l0-1)<<0;n1=n1&-25|l1<<3;}else{R[2]=2;break S;}O[k]=n0&-256|5|l0<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>4&3);if((l0===0||l0>2)){if(R[0]===0){R[0]=1;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}if(!((n0>>>(12+(l0-1))&1)!==0)){if(R[0]===0){R[0]=2;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}if((n0>>>26&7)===0){n0=n0&-469762049|1+(l0-1)<<26;n0=n0&-1610612737|536870912;}else if((n1&7)===0){n1=n1&-8|1+(l0-1)<<0;n1=n1&-25|8;}else{R[2]=2;break S;}O[k]=n0&-256|6|l0<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_6(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>4&3),l2=0;if((n0>>>26&7)!==0)break S;l2=(n0>>>16&3);n0=n0&-196609|l0<<16;B0:{if((l2!==0&&l2!==3)){O[k]=n0&-256|7|l2<<4;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-256;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_7(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l2=(n0>>>4&3),l3=0;if((l2===0||l2>2)){if(R[0]===0){R[0]=1;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}if(!((n0>>>(12+(l2-1))&1)!==0)){if(R[0]===0){R[0]=2;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}if((n0>>>26&7)!==0)break S;l3=(n0>>>(14+(l2-1))&1);{const v=(l3-1);if(!(v>=0&&v<=1)){R[2]=3;break S;}{const h=14+(l2-1);n0=n0&~(1<<h)|v<<h;}}B2:{if(l3===1){O[k]=n0&-256|8|l2<<4;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-256;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_8(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l2=(n0>>>4&3);B0:{B1:{if(!(((l2-1)>=0&&(l2-1)<=1?(n0>>>(12+(l2-1))&1):0)!==0)){if(R[0]===0){R[0]=2;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}if(!((l2-1)>=0&&(l2-1)<=1)){R[2]=4;break S;}{const h=12+(l2-1);n0=n0&~(1<<h)|0<<h;}}}O[k]=n0&-256;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);case 6:return x0_0_6(S,a,O,k);case 7:return x0_0_7(S,a,O,k);case 8:return x0_0_8(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n0>>>26&7);if(d===0)return k;const v=(n0>>>29&3);if(d<3){{const h=14+(d-1);n0=n0&~(1<<h)|v<<h;}}else if(d<5){{const h=18+2*(d-3);n0=n0&~(3<<h)|v<<h;}}else if(d<7){{const h=22+2*(d-5);n0=n0&~(3<<h)|v<<h;}}n0=n0&-469762049|(n1&7)<<26;n0=n0&-1610612737|(n1>>>3&3)<<29;n1&=-8;n1&=-25;O[k+0]=n0;O[k+1]=n1;return k+2;}
function x1_1_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0;l0=(n0>>>16&3);B0:{if(l0===0){O[k]=n0&-3841;O[k+1]=n1;k+=2;break S;}}O[k]=n0&-3841|512|l0<<10;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>10&3);if((l0===0||l0>2)){if(R[0]===0){R[0]=1;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}if(!((n0>>>(12+(l0-1))&1)!==0)){if(R[0]===0){R[0]=2;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}if((n1>>>5&7)===0){n1=n1&-225|3+(l0-1)<<5;n1=n1&-769|512;}else if((n1>>>10&7)===0){n1=n1&-7169|3+(l0-1)<<10;n1=n1&-24577|16384;}else{R[2]=2;break S;}O[k]=n0&-3841|768|l0<<10;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>10&3),l1=0;if((l0===0||l0>2)){if(R[0]===0){R[0]=1;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}if(!((n0>>>(12+(l0-1))&1)!==0)){if(R[0]===0){R[0]=2;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}{const d=5+(l0-1);l1=(n1>>>10&7)===d?(n1>>>13&3):(n1>>>5&7)===d?(n1>>>8&3):(n0>>>(22+2*(l0-1))&3);}B1:{if(l1===1){B2:{if(l0===1){if(R[0]===0){R[0]=1;R[1]=k;}O[k]=n0;O[k+1]=n1;k+=2;break S;}}}}O[k]=n0&-3841;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:return x1_1_1(S,a,O,k);case 2:return x1_1_2(S,a,O,k);case 3:return x1_1_3(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n1>>>5&7);if(d===0)return k;const v=(n1>>>8&3);if(d<3){{const h=14+(d-1);n0=n0&~(1<<h)|v<<h;}}else if(d<5){{const h=18+2*(d-3);n0=n0&~(3<<h)|v<<h;}}else if(d<7){{const h=22+2*(d-5);n0=n0&~(3<<h)|v<<h;}}n1=n1&-225|(n1>>>10&7)<<5;n1=n1&-769|(n1>>>13&3)<<8;n1&=-7169;n1&=-24577;O[k+0]=n0;O[k+1]=n1;return k+2;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&15);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=2;}}}
k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=2;}{const p=(S[a+0]>>>8&3);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=2;}}}
k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=2;}R[3]=(k-b)/2;
R[4]=(S[a+0]&15)===0&&(S[a+0]>>>8&3)===0&&(S[a+0]>>>26&7)===0&&(S[a+1]>>>5&7)===0?1:0;return k;}
function initial(O){O[0]=86273;O[1]=0;}
const RR1=[0,0,0,5];
const RW0=[0,0,0,0,5,0,0,0,0];
function RA1(S,a,p){const n0=S[a+0],n1=S[a+1];S:switch(p){case 3:{const l0=(n0>>>10&3);if((l0===0||l0>2)){break S;}if(!(((l0-1)>=0&&(l0-1)<=1?(n0>>>(12+(l0-1))&1):0)!==0)){break S;}if(!((l0-1)>=0&&(l0-1)<=1))break S;return (l0-1);}}return -1;}
function RA0(S,a,p){const n0=S[a+0],n1=S[a+1];S:switch(p){case 4:{const l0=(n0>>>4&3);if((l0===0||l0>2)){break S;}if(!(((l0-1)>=0?(n0>>>(12+(l0-1))&1):0)!==0)){break S;}if(!((l0-1)>=0))break S;return (l0-1);}}return -1;}
function check(S,a){const n0=S[a+0],n1=S[a+1];{const r=(n0>>>8&3),c=RR1[r];if(c!==0){{const w=(n0&15);if(RW0[w]===c){const e=RA1(S,a,r);if(e>=0&&e===RA0(S,a,w))return 3;}}}}return 0;}
function checkEnd(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
return {words:2,maxSuccessors:6,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: no free node left: the machine has 2
// limit 1: a store found the store buffer full: give the machine a deeper one (store_buffer)
// limit 2: node.refs would leave its range 0 … 1: give the machine a larger bound
// limit 3: node.allocated: an index is out of bounds
