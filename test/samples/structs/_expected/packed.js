"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(8),C=new Int32Array(3);

function x0_0_1(S,a,O,k){S:{let n0=S[a];let l0=0;l0=(n0>>>9&3);B0:{if(l0!==2){O[k]=n0&-512|2;k+=1;break S;}}O[k]=n0&-512|3;k+=1;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a];let l4=0;l4=(n0>>>11&3);B2:{if(l4!==2){O[k]=n0&-512|4;k+=1;break S;}}O[k]=n0&-512|5;k+=1;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a];let l1=0,l2=0,l3=0,l7=0;l1=(n0>>>13&3);l2=0;l3=(l1<2?1:0);B3:{if(l3!==0){l7=l2;O[k]=n0&-512|6|l2<<5|l7<<7;k+=1;break S;}}O[k]=n0&-512|7|l2<<5;k+=1;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a];let l6=0,l2=0,l3=0,l7=0;l6=(n0>>>17&1);l2=(l6<1?(l6+1):0);l3=1;B4:{if(l3!==0){l7=l2;O[k]=n0&-512|6|l2<<5|l7<<7;k+=1;break S;}}O[k]=n0&-512|7|l2<<5;k+=1;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a];let l5=0,l2=0,l3=0,l7=0;l5=(n0>>>15&3);l2=1;l3=(l5<2?1:0);B5:{if(l3!==0){l7=l2;O[k]=n0&-512|6|l2<<5|l7<<7;k+=1;break S;}}O[k]=n0&-512|7|l2<<5;k+=1;break S;}return k;}
function x0_0_6(S,a,O,k){S:{let n0=S[a];let l2=(n0>>>5&3),l7=(n0>>>7&3),l8=0;if((l7<0||l7>=2)){if(R[0]===0){R[0]=1;R[1]=k;}O[k]=n0;k+=1;break S;}if(!(l7<=1)){R[2]=1;break S;}{const h=9+2*l7;n0=n0&~(3<<h)|2<<h;}l8=l2;O[k]=n0&-512|8|l2<<5|l8<<7;k+=1;break S;}return k;}
function x0_0_7(S,a,O,k){S:{let n0=S[a];let l2=(n0>>>5&3);{const v=l2;if(!(v>=0&&v<=1)){R[2]=2;break S;}n0=n0&-131073|v<<17;}O[k]=n0&-512|9;k+=1;break S;}return k;}
function x0_0_8(S,a,O,k){S:{let n0=S[a];let l2=(n0>>>5&3),l8=(n0>>>7&3);if((l8<0||l8>=2)){if(R[0]===0){R[0]=1;R[1]=k;}O[k]=n0;k+=1;break S;}if(!(l8<=1)){R[2]=3;break S;}{const h=13+2*l8;n0=n0&~(3<<h)|2<<h;}O[k]=n0&-512|7|l2<<5;k+=1;break S;}return k;}
function x0_0_9(S,a,O,k){S:{let n0=S[a];let l9=0;l9=(n0>>>9&3);B10:{if(l9!==1){O[k]=n0&-512|10;k+=1;break S;}}O[k]=n0&-512|11;k+=1;break S;}return k;}
function x0_0_10(S,a,O,k){S:{let n0=S[a];let l13=0;l13=(n0>>>11&3);B12:{if(l13!==1){O[k]=n0&-512|12;k+=1;break S;}}O[k]=n0&-512|13;k+=1;break S;}return k;}
function x0_0_11(S,a,O,k){S:{let n0=S[a];let l10=0,l11=0,l12=0,l16=0;l10=(n0>>>13&3);l11=0;l12=(l10<1?1:0);B13:{if(l12!==0){l16=l11;O[k]=n0&-512|14|l11<<5|l16<<7;k+=1;break S;}}O[k]=n0&-512|15|l11<<5;k+=1;break S;}return k;}
function x0_0_12(S,a,O,k){S:{let n0=S[a];let l15=0,l11=0,l12=0,l16=0;l15=(n0>>>17&1);l11=(l15<1?(l15+1):0);l12=1;B14:{if(l12!==0){l16=l11;O[k]=n0&-512|14|l11<<5|l16<<7;k+=1;break S;}}O[k]=n0&-512|15|l11<<5;k+=1;break S;}return k;}
function x0_0_13(S,a,O,k){S:{let n0=S[a];let l14=0,l11=0,l12=0,l16=0;l14=(n0>>>15&3);l11=1;l12=(l14<1?1:0);B15:{if(l12!==0){l16=l11;O[k]=n0&-512|14|l11<<5|l16<<7;k+=1;break S;}}O[k]=n0&-512|15|l11<<5;k+=1;break S;}return k;}
function x0_0_14(S,a,O,k){S:{let n0=S[a];let l11=(n0>>>5&3),l16=(n0>>>7&3),l17=0;if((l16<0||l16>=2)){if(R[0]===0){R[0]=1;R[1]=k;}O[k]=n0;k+=1;break S;}if(!(l16<=1)){R[2]=1;break S;}{const h=9+2*l16;n0=n0&~(3<<h)|1<<h;}l17=l11;O[k]=n0&-512|16|l11<<5|l17<<7;k+=1;break S;}return k;}
function x0_0_15(S,a,O,k){S:{let n0=S[a];let l11=(n0>>>5&3);{const v=l11;if(!(v>=0&&v<=1)){R[2]=2;break S;}n0=n0&-131073|v<<17;}O[k]=n0&-512;k+=1;break S;}return k;}
function x0_0_16(S,a,O,k){S:{let n0=S[a];let l11=(n0>>>5&3),l17=(n0>>>7&3);if((l17<0||l17>=2)){if(R[0]===0){R[0]=1;R[1]=k;}O[k]=n0;k+=1;break S;}if(!(l17<=1)){R[2]=3;break S;}{const h=13+2*l17;n0=n0&~(3<<h)|1<<h;}O[k]=n0&-512|15|l11<<5;k+=1;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);case 6:return x0_0_6(S,a,O,k);case 7:return x0_0_7(S,a,O,k);case 8:return x0_0_8(S,a,O,k);case 9:return x0_0_9(S,a,O,k);case 10:return x0_0_10(S,a,O,k);case 11:return x0_0_11(S,a,O,k);case 12:return x0_0_12(S,a,O,k);case 13:return x0_0_13(S,a,O,k);case 14:return x0_0_14(S,a,O,k);case 15:return x0_0_15(S,a,O,k);case 16:return x0_0_16(S,a,O,k);}return k;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&31);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=1;}}}
R[3]=(k-b)/1;
R[4]=(S[a+0]&31)===0?1:0;return k;}
function initial(O){O[0]=4097;}
function check(S,a){const n0=S[a+0];return 0;}
function checkEnd(S,a){const n0=S[a+0];return 0;}
return {words:1,maxSuccessors:2,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: pcpu.ctxs.id: an index is out of bounds
// limit 1: pcpu.asid would leave its range 0 … 1: give the machine a larger bound
// limit 2: pcpu.ctxs.gen: an index is out of bounds
