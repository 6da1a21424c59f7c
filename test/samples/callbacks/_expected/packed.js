"use strict";
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(9),C=new Int32Array(9);
const K5=[0,0];
function x2_0_0(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0,l1=0;if(!((!(0!==0)&&(n0>>>17&3)!==0)))break S;B0:{if((n0>>>17&3)===1){l0=(n0>>>21&1);O[k]=n0&-225|32|l0<<7;O[k+1]=n1;k+=2;break S;}else{B2:{if((n0>>>17&3)===2){l1=(n0>>>21&1);B3:{B4:{if((n0>>>(15+l1)&1)!==0){O[k]=n0&-225|64|l1<<7;O[k+1]=n1;k+=2;break S;}else{break B4;}}break B3;}break B2;}else{break B2;}}break B0;}}O[k]=n0&-225|96;O[k+1]=n1;k+=2;break S;}return k;}
function x2_0_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>7&1);n0=n0&-100663297|(n0>>>(11+2*l0)&3)<<25;R[8]=1;O[k]=n0&-225|96;O[k+1]=n1;k+=2;break S;}return k;}
function x2_0_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=(n0>>>7&1);if((n0>>>29&1)===0){n0=n0&-536870913|536870912;n0=n0&1073741823|(n0>>>(11+2*l1)&3)<<30;}else if((n1&1)===0){n1=n1&-2|1;n1=n1&-7|(n0>>>(11+2*l1)&3)<<1;}else{R[2]=1;break S;}O[k]=n0&-225|96;O[k+1]=n1;k+=2;break S;}return k;}
function x2_0_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>29&1)!==0)break S;B0:{B1:{n0&=-393217;n0&=-2097153;break B1;}break B0;}O[k]=n0&-225;O[k+1]=n1;k+=2;break S;}return k;}
function x2_0(S,a,O,k,p){switch(p){case 0:return x2_0_0(S,a,O,k);case 1:return x2_0_1(S,a,O,k);case 2:return x2_0_2(S,a,O,k);case 3:return x2_0_3(S,a,O,k);}return k;}
function x0_0_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];n0=n0&-6145|2048;n0&=-32769;O[k]=n0&-8|2;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>29&1)!==0)break S;B0:{B1:{if(!((n0>>>19&3)===0)){break S;}n0=n0&-1572865|524288;n0&=-4194305;break B1;}break B0;}O[k]=n0&-8|3;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];B0:{B1:{if(!((n0>>>19&3)===0)){break S;}break B1;}break B0;}n0&=-6145;n0=n0&-6145|4096;n0&=-32769;O[k]=n0&-8|4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>29&1)!==0)break S;B0:{B1:{if(!((n0>>>19&3)===0)){break S;}n0=n0&-1572865|1048576;n0&=-4194305;break B1;}break B0;}O[k]=n0&-8|5;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];B0:{B1:{if(!((n0>>>19&3)===0)){break S;}break B1;}break B0;}n0&=-6145;O[k]=n0&-8;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n0>>>29&1);if(d===0)return k;const v=(n0>>>30);if(d<2){n0=n0&-25165825|v<<23;}n0=n0&-536870913|(n1&1)<<29;n0=n0&1073741823|(n1>>>1&3)<<30;n1&=-2;n1&=-7;O[k+0]=n0;O[k+1]=n1;return k+2;}
function x2_1_0(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0,l1=0;if(!((!(0!==0)&&(n0>>>19&3)!==0)))break S;B0:{if((n0>>>19&3)===1){l0=(n0>>>22&1);O[k]=n0&-1793|256|l0<<10;O[k+1]=n1;k+=2;break S;}else{B2:{if((n0>>>19&3)===2){l1=(n0>>>22&1);B3:{B4:{if((n0>>>(15+l1)&1)!==1){O[k]=n0&-1793|512|l1<<10;O[k+1]=n1;k+=2;break S;}else{break B4;}}break B3;}break B2;}else{break B2;}}break B0;}}O[k]=n0&-1793|768;O[k+1]=n1;k+=2;break S;}return k;}
function x2_1_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>10&1);n0=n0&-402653185|(n0>>>(11+2*l0)&3)<<27;R[8]=1;O[k]=n0&-1793|768;O[k+1]=n1;k+=2;break S;}return k;}
function x2_1_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=(n0>>>10&1);if((n1>>>3&1)===0){n1=n1&-9|8;n1=n1&-49|(n0>>>(11+2*l1)&3)<<4;}else if((n1>>>6&1)===0){n1=n1&-65|64;n1=n1&-385|(n0>>>(11+2*l1)&3)<<7;}else{R[2]=1;break S;}O[k]=n0&-1793|768;O[k+1]=n1;k+=2;break S;}return k;}
function x2_1_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n1>>>3&1)!==0)break S;B0:{B1:{n0&=-1572865;n0&=-4194305;break B1;}break B0;}O[k]=n0&-1793;O[k+1]=n1;k+=2;break S;}return k;}
function x2_1(S,a,O,k,p){switch(p){case 0:return x2_1_0(S,a,O,k);case 1:return x2_1_1(S,a,O,k);case 2:return x2_1_2(S,a,O,k);case 3:return x2_1_3(S,a,O,k);}return k;}
function x1_1_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];O[k]=n0&-25|16;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n1>>>3&1)===0){n1=n1&-9|8;n1=n1&-49|48;}else if((n1>>>6&1)===0){n1=n1&-65|64;n1=n1&-385|384;}else{R[2]=1;break S;}O[k]=n0&-25;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:return x1_1_1(S,a,O,k);case 2:return x1_1_2(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n1>>>3&1);if(d===0)return k;const v=(n1>>>4&3);if(d<2){n0=n0&-25165825|v<<23;}n1=n1&-9|(n1>>>6&1)<<3;n1=n1&-49|(n1>>>7&3)<<4;n1&=-65;n1&=-385;O[k+0]=n0;O[k+1]=n1;return k+2;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]>>>5&3);k=x2_0(S,a,O,k,p);while(m<k){C[j++]=2|(p)+1<<16;m+=2;}if(p===0){const p=(S[a+0]&7);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=2;}}}}k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=2;}
{const p=(S[a+0]>>>8&3);k=x2_1(S,a,O,k,p);while(m<k){C[j++]=258|(p)+1<<16;m+=2;}if(p===0){const p=(S[a+0]>>>3&3);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=2;}}}}k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=2;}
R[3]=(k-b)/2;
R[4]=(S[a+0]&7)===0&&(S[a+0]>>>3&3)===0&&(S[a+0]>>>5&3)===0&&(S[a+0]>>>8&3)===0&&(S[a+0]>>>29&1)===0&&(S[a+1]>>>3&1)===0?1:0;return k;}
function initial(O){O[0]=9;O[1]=0;}
function check(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
function checkEnd(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
return {words:2,maxSuccessors:8,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: a store found the store buffer full: give the machine a deeper one (store_buffer)
