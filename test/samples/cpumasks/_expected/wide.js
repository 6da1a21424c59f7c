"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const I=new Float64Array(0),N=new Uint8Array(3).fill(1);
const c0=new Int32Array(1);const c1=new Int32Array(1);const c2=new Int32Array(1);
function f0(cpu){let pc=1,t=0;let l0=0,l1=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(1);return false;}switch(pc){
case 1:{l0=c0[0];c0[0]=(l0|1<<cpu);l0=c0[0];l1=c1[0];c1[0]=(l1|l0);l0=c0[0];B4:{if((l0>>>2&1)!==0){l0=c0[0];c0[0]=(l0&~(1<<2));pc=7;continue L;}}pc=7;continue L;}
case 7:{l0=c0[0];c2[0]=next((l0&~(1<<cpu)),(-1),3);return true;}
}return true;}}
function f1(cpu){let pc=1,t=0;let l0=0,l1=0,l2=0,l3=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(1);return false;}switch(pc){
case 1:{l0=c0[0];l1=(l0&~(1<<cpu));B0:{if(l1===0){l1=(0|1<<2);}}l2=l1;l3=next(l2,(-1),3);B32:{B64:{if(l3<3){B96:{if((7>>>l3&1)!==0){pc=2;continue L;}}l3=next(l2,l3,3);pc=3;continue L;}}}pc=4;continue L;}
case 2:{l0=c1[0];c1[0]=(l0|1<<l3);l3=next(l2,l3,3);B128:{if(l3<3){B160:{if((7>>>l3&1)!==0){pc=2;continue L;}}pc=5;continue L;}}pc=4;continue L;}
case 3:{B192:{if(l3<3){B224:{if((7>>>l3&1)!==0){pc=2;continue L;}}l3=next(l2,l3,3);B256:{if(l3<3){B353:{if((7>>>l3&1)!==0){pc=2;continue L;}}l3=next(l2,l3,3);B385:{if(l3<3){B417:{if((7>>>l3&1)!==0){pc=2;continue L;}}pc=5;continue L;}}pc=4;continue L;}}}}pc=4;continue L;}
case 4:{c0[0]=0;return true;}
case 5:{l3=next(l2,l3,3);B288:{if(l3<3){B320:{if((7>>>l3&1)!==0){pc=2;continue L;}}l3=next(l2,l3,3);pc=3;continue L;}}pc=4;continue L;}
}return true;}}

return {resumable:[],entries:[f0,f1],
interrupts:[],instructions:I,counting:N};
// limit 0: the design waits for something that never happens
// limit 1: the design goes round a loop more than 4194304 times
