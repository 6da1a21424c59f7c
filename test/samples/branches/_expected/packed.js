"use strict";
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const R=new Int32Array(8),C=new Int32Array(7);

function x0_0_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];O[k]=n0&-512|2;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n0>>>19&3)===0){n0=n0&-1572865|524288;n0=n0&-31457281|2097152;}else if((n0>>>25&3)===0){n0=n0&-100663297|33554432;n0=n0&-2013265921|134217728;}else{R[2]=1;break S;}O[k]=n0&-512|3;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0,l2=0,l3=0,l5=0;{const d=1;l0=(n0>>>25&3)===d?(n0>>>27&15):(n0>>>19&3)===d?(n0>>>21&15):(n0>>>13&1);}B2:{if(l0!==0){O[k]=n0&-512|4;O[k+1]=n1;k+=2;break S;}else{l2=0;break B2;}}B3:{if(l2!==0){l3=1;l5=l3;O[k]=n0&-512|5|l5<<4;O[k+1]=n1;k+=2;break S;}else{break B3;}}O[k]=n0&-512|6;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=0,l2=0,l3=0,l5=0;{const d=2;l1=(n0>>>25&3)===d?(n0>>>27&15):(n0>>>19&3)===d?(n0>>>21&15):(n0>>>14&1);}l2=(!(l1!==0)?1:0);B5:{if(l2!==0){l3=1;l5=l3;O[k]=n0&-512|5|l5<<4;O[k+1]=n1;k+=2;break S;}else{break B5;}}O[k]=n0&-512|6;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>4&7),l6=0,l8=0,l9=0;{const d=1;l6=(n0>>>25&3)===d?(n0>>>27&15):(n0>>>19&3)===d?(n0>>>21&15):(n0>>>13&1);}B7:{if(l6!==0){O[k]=n0&-512|7|l5<<4;O[k+1]=n1;k+=2;break S;}else{l8=0;break B7;}}B8:{if(l8!==0){l9=1;O[k]=n0&-512|8|l5<<4|l9<<7;O[k+1]=n1;k+=2;break S;}else{break B8;}}O[k]=n0&-512|9|l5<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_6(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l4=0,l3=0,l5=0;{const d=1;l4=(n0>>>25&3)===d?(n0>>>27&15):(n0>>>19&3)===d?(n0>>>21&15):(n0>>>13&1);}B9:{if(l4!==0){l3=2;l5=l3;O[k]=n0&-512|5|l5<<4;O[k+1]=n1;k+=2;break S;}else{break B9;}}l3=4;l5=l3;O[k]=n0&-512|5|l5<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_7(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>4&7),l7=0,l8=0,l9=0;{const d=2;l7=(n0>>>25&3)===d?(n0>>>27&15):(n0>>>19&3)===d?(n0>>>21&15):(n0>>>14&1);}l8=(!(l7!==0)?1:0);B12:{if(l8!==0){l9=1;O[k]=n0&-512|8|l5<<4|l9<<7;O[k+1]=n1;k+=2;break S;}else{break B12;}}O[k]=n0&-512|9|l5<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_8(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>4&7),l9=(n0>>>7&3);if((n0>>>19&3)===0){n0=n0&-1572865|1572864;n0=n0&-31457281|(l5+l9)<<21;}else if((n0>>>25&3)===0){n0=n0&-100663297|100663296;n0=n0&-2013265921|(l5+l9)<<27;}else{R[2]=1;break S;}O[k]=n0&-512|10|l5<<4;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_9(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>4&7),l10=0,l9=0;{const d=2;l10=(n0>>>25&3)===d?(n0>>>27&15):(n0>>>19&3)===d?(n0>>>21&15):(n0>>>14&1);}if(l10!==0){O[k]=n0&-512|11|l5<<4;O[k+1]=n1;k+=2;break S;}else{l9=3;O[k]=n0&-512|8|l5<<4|l9<<7;O[k+1]=n1;k+=2;break S;}}return k;}
function x0_0_10(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>4&7);if((n0>>>19&3)===0){n0=n0&-1572865|524288;n0=n0&-31457281|(l5!==2?1:0)<<21;}else if((n0>>>25&3)===0){n0=n0&-100663297|33554432;n0=n0&-2013265921|(l5!==2?1:0)<<27;}else{R[2]=1;break S;}O[k]=n0&-512;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0_11(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=(n0>>>4&7),l11=0,l9=0;{const d=1;l11=(n0>>>25&3)===d?(n0>>>27&15):(n0>>>19&3)===d?(n0>>>21&15):(n0>>>13&1);}B14:{if(l11!==0){l9=2;O[k]=n0&-512|8|l5<<4|l9<<7;O[k+1]=n1;k+=2;break S;}else{break B14;}}l9=2;O[k]=n0&-512|8|l5<<4|l9<<7;O[k+1]=n1;k+=2;break S;}return k;}
function x0_0(S,a,O,k,p){switch(p){case 1:return x0_0_1(S,a,O,k);case 2:return x0_0_2(S,a,O,k);case 3:return x0_0_3(S,a,O,k);case 4:return x0_0_4(S,a,O,k);case 5:return x0_0_5(S,a,O,k);case 6:return x0_0_6(S,a,O,k);case 7:return x0_0_7(S,a,O,k);case 8:return x0_0_8(S,a,O,k);case 9:return x0_0_9(S,a,O,k);case 10:return x0_0_10(S,a,O,k);case 11:return x0_0_11(S,a,O,k);}return k;}
function d0(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n0>>>19&3);if(d===0)return k;const v=(n0>>>21&15);if(d<2){n0=n0&-8193|v<<13;}else if(d<3){n0=n0&-16385|v<<14;}else if(d<4){n0=n0&-491521|v<<15;}n0=n0&-1572865|(n0>>>25&3)<<19;n0=n0&-31457281|(n0>>>27&15)<<21;n0&=-100663297;n0&=-2013265921;O[k+0]=n0;O[k+1]=n1;return k+2;}
function x1_1_1(S,a,O,k){S:{let n0=S[a],n1=S[a+1];O[k]=n0&-7681|1024;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_2(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n1&3)===0){n1=n1&-4|2;n1=n1&-61|4;}else if((n1>>>6&3)===0){n1=n1&-193|128;n1=n1&-3841|256;}else{R[2]=1;break S;}O[k]=n0&-7681|1536;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_3(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l0=0,l2=0,l3=0;{const d=1;l0=(n1>>>6&3)===d?(n1>>>8&15):(n1&3)===d?(n1>>>2&15):(n0>>>13&1);}B2:{if(l0!==0){O[k]=n0&-7681|2048;O[k+1]=n1;k+=2;break S;}else{l2=0;break B2;}}B3:{if(l2!==0){l3=1;B4:{if(l3===3){O[k]=n0&-7681|2560;O[k+1]=n1;k+=2;break S;}else{break B4;}}O[k]=n0&-7681|3072;O[k+1]=n1;k+=2;break S;}else{break B3;}}O[k]=n0&-7681|3584;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_4(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l1=0,l2=0,l3=0;{const d=2;l1=(n1>>>6&3)===d?(n1>>>8&15):(n1&3)===d?(n1>>>2&15):(n0>>>14&1);}l2=(!(l1!==0)?1:0);B5:{if(l2!==0){l3=1;B6:{if(l3===3){O[k]=n0&-7681|2560;O[k+1]=n1;k+=2;break S;}else{break B6;}}O[k]=n0&-7681|3072;O[k+1]=n1;k+=2;break S;}else{break B5;}}O[k]=n0&-7681|3584;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_5(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n1&3)===0){n1=n1&-4|2;n1&=-61;}else if((n1>>>6&3)===0){n1=n1&-193|128;n1&=-3841;}else{R[2]=1;break S;}O[k]=n0&-7681;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_6(S,a,O,k){S:{let n0=S[a],n1=S[a+1];if((n1&3)===0){n1=n1&-4|3;n1&=-61;}else if((n1>>>6&3)===0){n1=n1&-193|192;n1&=-3841;}else{R[2]=1;break S;}O[k]=n0&-7681;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_7(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l4=0,l3=0;{const d=2;l4=(n1>>>6&3)===d?(n1>>>8&15):(n1&3)===d?(n1>>>2&15):(n0>>>14&1);}B7:{if(l4!==0){O[k]=n0&-7681|4096;O[k+1]=n1;k+=2;break S;}else{break B7;}}l3=1;B8:{if(l3===3){O[k]=n0&-7681|2560;O[k+1]=n1;k+=2;break S;}else{break B8;}}O[k]=n0&-7681|3072;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1_8(S,a,O,k){S:{let n0=S[a],n1=S[a+1];let l5=0,l3=0;{const d=1;l5=(n1>>>6&3)===d?(n1>>>8&15):(n1&3)===d?(n1>>>2&15):(n0>>>13&1);}B9:{if(l5!==0){l3=2;B10:{if(l3===3){O[k]=n0&-7681|2560;O[k+1]=n1;k+=2;break S;}else{break B10;}}O[k]=n0&-7681|3072;O[k+1]=n1;k+=2;break S;}else{break B9;}}l3=1;B11:{if(l3===3){O[k]=n0&-7681|2560;O[k+1]=n1;k+=2;break S;}else{break B11;}}O[k]=n0&-7681|3072;O[k+1]=n1;k+=2;break S;}return k;}
function x1_1(S,a,O,k,p){switch(p){case 1:return x1_1_1(S,a,O,k);case 2:return x1_1_2(S,a,O,k);case 3:return x1_1_3(S,a,O,k);case 4:return x1_1_4(S,a,O,k);case 5:return x1_1_5(S,a,O,k);case 6:return x1_1_6(S,a,O,k);case 7:return x1_1_7(S,a,O,k);case 8:return x1_1_8(S,a,O,k);}return k;}
function d1(S,a,O,k){let n0=S[a+0],n1=S[a+1];const d=(n1&3);if(d===0)return k;const v=(n1>>>2&15);if(d<2){n0=n0&-8193|v<<13;}else if(d<3){n0=n0&-16385|v<<14;}else if(d<4){n0=n0&-491521|v<<15;}n1=n1&-4|(n1>>>6&3)<<0;n1=n1&-61|(n1>>>8&15)<<2;n1&=-193;n1&=-3841;O[k+0]=n0;O[k+1]=n1;return k+2;}

function successors(S,a,O,k){R[0]=0;R[2]=0;const b=k;
let m=k,j=0;
{const p=(S[a+0]&15);if(p!==0){k=x0_0(S,a,O,k,p);while(m<k){C[j++]=0|(p)+1<<16;m+=2;}}}k=d0(S,a,O,k);while(m<k){C[j++]=0|(-1)+1<<16;m+=2;}
{const p=(S[a+0]>>>9&15);if(p!==0){k=x1_1(S,a,O,k,p);while(m<k){C[j++]=257|(p)+1<<16;m+=2;}}}k=d1(S,a,O,k);while(m<k){C[j++]=256|(-1)+1<<16;m+=2;}
R[3]=(k-b)/2;
R[4]=(S[a+0]&15)===0&&(S[a+0]>>>9&15)===0&&(S[a+0]>>>19&3)===0&&(S[a+1]&3)===0?1:0;return k;}
function initial(O){O[0]=513;O[1]=0;}
function check(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
function checkEnd(S,a){const n0=S[a+0],n1=S[a+1];return 0;}
return {words:2,maxSuccessors:6,initial,successors,check,checkEnd,report:R,choices:C};
// limit 0: a store found the store buffer full: give the machine a deeper one (store_buffer)
