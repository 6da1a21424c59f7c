"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(9),C=new Int32Array(9);
const K5=[0,0];
function x2_0_0(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0,l1=0;if(!((!(0!==0)&&(n0>>>16&3)!==0)))break S;B0:{if((n0>>>16&3)===1){{const v=((n0>>>20&3)-1);if(!(v>=0&&v<=1)){R[2]=1;break S;}l0=v;}O[k]=n0&-113|16|l0<<6;O[k+1]=n1;k+=2;break S;}else{B2:{if((n0>>>16&3)===2){{const v=((n0>>>20&3)-1);if(!(v>=0&&v<=1)){R[2]=1;break S;}l1=v;}B3:{B4:{if((n0>>>(14+l1)&1)!==0){O[k]=n0&-113|32|l1<<6;O[k+1]=n1;k+=2;break S;}}}}}}}O[k]=n0&-113|48;O[k+1]=n1;k+=2;break S;}return k;}
function x2_0_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>6&1);n0=n0&-201326593|(n0>>>(10+2*l0)&3)<<26;R[8]=1;O[k]=n0&-113|48;O[k+1]=n1;k+=2;break S;}return k;}
function x2_0_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=(n0>>>6&1);if((n0>>>30&1)===0){n0=n0&-1073741825|1073741824;n1=n1&-4|(n0>>>(10+2*l1)&3)<<0;}else if((n0>>>31)===0){n0=n0&2147483647|-2147483648;n1=n1&-13|(n0>>>(10+2*l1)&3)<<2;}else{R[2]=2;break S;}O[k]=n0&-113|48;O[k+1]=n1;k+=2;break S;}return k;}
function x2_0_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>30&1)!==0)break S;B0:{B1:{n0&=-196609;n0&=-3145729;}}O[k]=n0&-113;O[k+1]=n1;k+=2;break S;}return k;}
function x2_0(S,a,O,k,p){switch(p){case 0:return x2_0_0(S,a,O,k);case 1:return x2_0_1(S,a,O,k);case 2:return x2_0_2(S,a,O,k);case 3:return x2_0_3(S,a,O,k);}return k;}
function x0_0_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];n0=n0&-3073|1024;n0&=-16385;O[k]=n0&-8|2;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>30&1)!==0)break S;B0:{B1:{if(!((n0>>>18&3)===0)){break S;}n0=n0&-786433|262144;n0=n0&-12582913|(0+1)<<22;}}O[k]=n0&-8|3;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];B0:{B1:{if(!((n0>>>18&3)===0)){break S;}}}n0&=-3073;n0=n0&-3073|2048;n0&=-16385;O[k]=n0&-8|4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>30&1)!==0)break S;B0:{B1:{if(!((n0>>>18&3)===0)){break S;}n0=n0&-786433|524288;n0=n0&-12582913|(0+1)<<22;}}O[k]=n0&-8|5;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];B0:{B1:{if(!((n0>>>18&3)===0)){break S;}}}n0&=-3073;O[k]=n0&-8;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n0>>>30&1);if(d===0)return k;const v=(n1&3);if(d<2){n0=n0&-50331649|v<<24;}n0=n0&-1073741825|(n0>>>31)<<30;n1=n1&-4|(n1>>>2&3)<<0;n0&=2147483647;n1&=-13;O[k+0]=n0;O[k+1]=n1;return k+2;}
function x2_1_0(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0,l1=0;if(!((!(0!==0)&&(n0>>>18&3)!==0)))break S;B0:{if((n0>>>18&3)===1){{const v=((n0>>>22&3)-1);if(!(v>=0&&v<=1)){R[2]=1;break S;}l0=v;}O[k]=n0&-897|128|l0<<9;O[k+1]=n1;k+=2;break S;}else{B2:{if((n0>>>18&3)===2){{const v=((n0>>>22&3)-1);if(!(v>=0&&v<=1)){R[2]=1;break S;}l1=v;}B3:{B4:{if((n0>>>(14+l1)&1)!==1){O[k]=n0&-897|256|l1<<9;O[k+1]=n1;k+=2;break S;}}}}}}}O[k]=n0&-897|384;O[k+1]=n1;k+=2;break S;}return k;}
function x2_1_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=(n0>>>9&1);n0=n0&-805306369|(n0>>>(10+2*l0)&3)<<28;R[8]=1;O[k]=n0&-897|384;O[k+1]=n1;k+=2;break S;}return k;}
function x2_1_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=(n0>>>9&1);if((n1>>>4&1)===0){n1=n1&-17|16;n1=n1&-97|(n0>>>(10+2*l1)&3)<<5;}else if((n1>>>7&1)===0){n1=n1&-129|128;n1=n1&-769|(n0>>>(10+2*l1)&3)<<8;}else{R[2]=2;break S;}O[k]=n0&-897|384;O[k+1]=n1;k+=2;break S;}return k;}
function x2_1_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n1>>>4&1)!==0)break S;B0:{B1:{n0&=-786433;n0&=-12582913;}}O[k]=n0&-897;O[k+1]=n1;k+=2;break S;}return k;}
function x2_1(S,a,O,k,p){switch(p){case 0:return x2_1_0(S,a,O,k);case 1:return x2_1_1(S,a,O,k);case 2:return x2_1_2(S,a,O,k);case 3:return x2_1_3(S,a,O,k);}return k;}
function x1_1_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n1>>>4&1)===0){n1=n1&-17|16;n1=n1&-97|96;}else if((n1>>>7&1)===0){n1=n1&-129|128;n1=n1&-769|768;}else{R[2]=2;break S;}O[k]=n0&-9;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:return x1_1_1(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n1>>>4&1);if(d===0)return k;const v=(n1>>>5&3);if(d<2){n0=n0&-50331649|v<<24;}n1=n1&-17|(n1>>>7&1)<<4;n1=n1&-97|(n1>>>8&3)<<5;n1&=-129;n1&=-769;O[k+0]=n0;O[k+1]=n1;return k+2;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]>>>4&3);k=x2_0(S,a,O,k,p);while(m<k){C[j++]=2|(p)+1<<16;m+=2;}if(p===0){const p=(S[a+0]&7);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=2;}}}}
k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=2;}{const p=(S[a+0]>>>7&3);k=x2_1(S,a,O,k,p);while(m<k){C[j++]=258|(p)+1<<16;m+=2;}if(p===0){const p=(S[a+0]>>>3&1);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=2;}}}}
k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=2;}R[3]=(k-b)/2;
R[4]=(S[a+0]&7)===0&&(S[a+0]>>>3&1)===0&&(S[a+0]>>>4&3)===0&&(S[a+0]>>>7&3)===0&&(S[a+0]>>>30&1)===0&&(S[a+1]>>>4&1)===0?1:0;return k;}
function initial(O){O[0]=9;O[1]=0;}
function check(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
function checkEnd(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
return {words:2,maxSuccessors:8,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: handler: r would leave its range 0 … 1: give the machine a larger bound
// limit 1: a store found the store buffer full: give the machine a deeper one (store_buffer)
