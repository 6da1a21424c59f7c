"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const I=new Float64Array(0),N=new Uint8Array(2).fill(1);
const c0=new Int32Array(3);const c1=new Int32Array(1);const c2=new Int32Array(1);const c3=new Int32Array(1);
function f0(cpu){let pc=1,t=0;let l0=0,l1=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(1);return false;}switch(pc){
case 1:{c0[0]=0;B0:{}c0[2]=2;l0=0;pc=3;continue L;}
case 3:{l1=c1[0];B96:{if(l0<l1){l1=c0[l0];B129:{if(l1===2){pc=5;continue L;}}c0[l0]=3;l0=(l0+2);pc=3;continue L;}}pc=5;continue L;}
case 5:{c2[0]=1;return true;}
}return true;}}
function f1(cpu){let pc=1,t=0;let l0=0,l1=0,l2=0,l3=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(1);return false;}switch(pc){
case 1:{l0=c3[0];c3[0]=(l0|1<<1);pc=2;continue L;}
case 2:{l1=c2[0];B32:{if(!(l1!==0)){l1=c1[0];B65:{if(l1===0){return true;}}pc=2;continue L;}}l0=c3[0];l1=next(l0,(-1),2);B97:{B129:{if(l1<2){B161:{if(l1===0){l1=next(l0,l1,2);pc=5;continue L;}}pc=6;continue L;}}}l2=0;l3=next(3,(-1),2);B193:{B225:{if(l3<2){pc=7;continue L;}}}pc=8;continue L;}
case 5:{B256:{if(l1<2){B288:{if(l1===0){l1=next(l0,l1,2);B320:{if(l1<2){B577:{if(l1===0){l1=next(l0,l1,2);B609:{if(l1<2){B641:{if(l1===0){pc=10;continue L;}}break B577;}}l2=0;l3=next(3,(-1),2);B673:{B705:{if(l3<2){pc=7;continue L;}}}pc=8;continue L;}}pc=6;continue L;}}break B256;}}pc=6;continue L;}}l2=0;l3=next(3,(-1),2);B352:{B384:{if(l3<2){pc=7;continue L;}}}pc=8;continue L;}
case 6:{c1[0]=l1;l1=next(l0,l1,2);B416:{if(l1<2){B448:{if(l1===0){pc=10;continue L;}}pc=6;continue L;}}l2=0;l3=next(3,(-1),2);B480:{B512:{if(l3<2){pc=7;continue L;}}}pc=8;continue L;}
case 7:{l1=c0[l3];l2=(l2+l1);l3=next(3,l3,2);B544:{if(l3<2){pc=7;continue L;}}pc=8;continue L;}
case 8:{c1[0]=(l2&3);return true;}
case 10:{l1=next(l0,l1,2);B736:{if(l1<2){B768:{if(l1===0){l1=next(l0,l1,2);pc=5;continue L;}}pc=6;continue L;}}l2=0;l3=next(3,(-1),2);B800:{B832:{if(l3<2){pc=7;continue L;}}}pc=8;continue L;}
}return true;}}

return {resumable:[],entries:[f0,f1],
interrupts:[],instructions:I,counting:N};
// limit 0: the design waits for something that never happens
// limit 1: the design goes round a loop more than 4194304 times
