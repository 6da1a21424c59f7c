"use strict";
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const I=new Float64Array(0),N=new Uint8Array(2).fill(1);
const c0=new Int32Array(3);const c1=new Int32Array(1);const c2=new Int32Array(1);const c3=new Int32Array(1);
function f0(cpu){let pc=1,t=0;let l0=0,l1=0,l2=0,l3=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(0);return false;}switch(pc){
case 1:{c0[0]=0;B0:{break B0;}pc=2;continue L;}
case 2:{c0[2]=2;l1=0;pc=3;continue L;}
case 3:{l2=c1[0];B3:{if(l1<l2){pc=4;continue L;}else{break B3;}}pc=5;continue L;}
case 4:{l3=c0[l1];B4:{if(l3===2){pc=5;continue L;}else{break B4;}}pc=6;continue L;}
case 5:{c2[0]=1;return true;}
case 6:{c0[l1]=3;l1=(l1+2);pc=3;continue L;}
}return true;}}
function f1(cpu){let pc=1,t=0;let l0=0,l1=0,l2=0,l3=0,l4=0,l5=0,l6=0,l7=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(0);return false;}switch(pc){
case 1:{l0=c3[0];c3[0]=(l0|1<<1);pc=2;continue L;}
case 2:{l1=c2[0];B1:{if(!(l1!==0)){pc=3;continue L;}else{break B1;}}pc=4;continue L;}
case 3:{l2=c1[0];B2:{if(l2===0){return true;}else{break B2;}}pc=2;continue L;}
case 4:{l3=c3[0];l4=next(l3,(-1),2);B3:{B4:{if(l4<2){B5:{if(l4===0){l4=next(l3,l4,2);pc=5;continue L;}else{break B5;}}pc=6;continue L;}else{break B4;}}break B3;}l5=0;l6=next(3,(-1),2);B6:{B7:{if(l6<2){pc=7;continue L;}else{break B7;}}break B6;}pc=8;continue L;}
case 5:{B8:{if(l4<2){B9:{if(l4===0){l4=next(l3,l4,2);B10:{if(l4<2){pc=9;continue L;}else{break B10;}}break B8;}else{break B9;}}pc=6;continue L;}else{break B8;}}l5=0;l6=next(3,(-1),2);B11:{B12:{if(l6<2){pc=7;continue L;}else{break B12;}}break B11;}pc=8;continue L;}
case 6:{c1[0]=l4;l4=next(l3,l4,2);B13:{if(l4<2){B14:{if(l4===0){pc=10;continue L;}else{break B14;}}pc=6;continue L;}else{break B13;}}l5=0;l6=next(3,(-1),2);B15:{B16:{if(l6<2){pc=7;continue L;}else{break B16;}}break B15;}pc=8;continue L;}
case 7:{l7=c0[l6];l5=(l5+l7);l6=next(3,l6,2);B17:{if(l6<2){pc=7;continue L;}else{break B17;}}pc=8;continue L;}
case 8:{c1[0]=(l5&3);return true;}
case 9:{B18:{if(l4===0){l4=next(l3,l4,2);B19:{if(l4<2){B20:{if(l4===0){pc=10;continue L;}else{break B20;}}break B18;}else{break B19;}}l5=0;l6=next(3,(-1),2);B21:{B22:{if(l6<2){pc=7;continue L;}else{break B22;}}break B21;}pc=8;continue L;}else{break B18;}}pc=6;continue L;}
case 10:{l4=next(l3,l4,2);B23:{if(l4<2){B24:{if(l4===0){l4=next(l3,l4,2);pc=5;continue L;}else{break B24;}}pc=6;continue L;}else{break B23;}}l5=0;l6=next(3,(-1),2);B25:{B26:{if(l6<2){pc=7;continue L;}else{break B26;}}break B25;}pc=8;continue L;}
}return true;}}

return {resumable:[],entries:[f0,f1],
interrupts:[],instructions:I,counting:N};
// limit 0: a replay waits for something that never happens
