"use strict";
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const I=new Float64Array(0);
const c0=new Int32Array(3);const c1=new Int32Array(1);const c2=new Int32Array(1);const c3=new Int32Array(1);
function f0(cpu){let pc=1,t=0;let l0=0,l1=0,l2=0,l3=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(0);return false;}switch(pc){
case 1:{pc=2;continue L;}
case 2:{c0[0]=0;B3:{break B3;}pc=3;continue L;}
case 3:{c0[2]=2;l1=0;pc=4;continue L;}
case 4:{l2=c1[0];B6:{if(l1<l2){pc=5;continue L;}else{break B6;}}pc=6;continue L;}
case 5:{l3=c0[l1];B7:{if(l3===2){pc=6;continue L;}else{break B7;}}pc=7;continue L;}
case 6:{c2[0]=1;return true;}
case 7:{c0[l1]=3;l1=(l1+2);pc=4;continue L;}
}return true;}}
function f1(cpu){let pc=1,t=0;let l0=0,l1=0,l2=0,l3=0,l4=0,l5=0,l6=0,l7=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(0);return false;}switch(pc){
case 1:{pc=2;continue L;}
case 2:{l0=c3[0];c3[0]=(l0|1<<1);pc=3;continue L;}
case 3:{l1=c2[0];B2:{if(!(l1!==0)){pc=4;continue L;}else{break B2;}}pc=5;continue L;}
case 4:{l2=c1[0];B3:{if(l2===0){return true;}else{break B3;}}pc=3;continue L;}
case 5:{l3=c3[0];l4=next(l3,(-1),2);B4:{B5:{if(l4<2){B6:{if(l4===0){l4=next(l3,l4,2);pc=6;continue L;}else{break B6;}}pc=7;continue L;}else{break B5;}}break B4;}l5=0;l6=next(3,(-1),2);B7:{B8:{if(l6<2){pc=8;continue L;}else{break B8;}}break B7;}pc=9;continue L;}
case 6:{B9:{if(l4<2){B10:{if(l4===0){l4=next(l3,l4,2);B11:{if(l4<2){pc=10;continue L;}else{break B11;}}break B9;}else{break B10;}}pc=7;continue L;}else{break B9;}}l5=0;l6=next(3,(-1),2);B12:{B13:{if(l6<2){pc=8;continue L;}else{break B13;}}break B12;}pc=9;continue L;}
case 7:{c1[0]=l4;l4=next(l3,l4,2);B14:{if(l4<2){B15:{if(l4===0){pc=11;continue L;}else{break B15;}}pc=7;continue L;}else{break B14;}}l5=0;l6=next(3,(-1),2);B16:{B17:{if(l6<2){pc=8;continue L;}else{break B17;}}break B16;}pc=9;continue L;}
case 8:{l7=c0[l6];l5=(l5+l7);l6=next(3,l6,2);B18:{if(l6<2){pc=8;continue L;}else{break B18;}}pc=9;continue L;}
case 9:{c1[0]=(l5&3);return true;}
case 10:{B19:{if(l4===0){l4=next(l3,l4,2);B20:{if(l4<2){B21:{if(l4===0){pc=12;continue L;}else{break B21;}}break B19;}else{break B20;}}l5=0;l6=next(3,(-1),2);B22:{B23:{if(l6<2){pc=8;continue L;}else{break B23;}}break B22;}pc=9;continue L;}else{break B19;}}pc=7;continue L;}
case 11:{l4=next(l3,l4,2);B24:{if(l4<2){B25:{if(l4===0){l4=next(l3,l4,2);pc=6;continue L;}else{break B25;}}pc=7;continue L;}else{break B24;}}l5=0;l6=next(3,(-1),2);B26:{B27:{if(l6<2){pc=8;continue L;}else{break B27;}}break B26;}pc=9;continue L;}
case 12:{l4=next(l3,l4,2);B28:{if(l4<2){B29:{if(l4===0){pc=11;continue L;}else{break B29;}}pc=7;continue L;}else{break B28;}}l5=0;l6=next(3,(-1),2);B30:{B31:{if(l6<2){pc=8;continue L;}else{break B31;}}break B30;}pc=9;continue L;}
}return true;}}

return {resumable:[],entries:[f0,f1],
interrupts:[],instructions:I};
// limit 0: a replay waits for something that never happens
