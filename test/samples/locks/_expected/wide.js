"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const I=new Float64Array(0),N=new Uint8Array(2).fill(1);
const c0=new Int32Array(1);const c1=new Int32Array(1);const c2=new Int32Array(1);
function f0(cpu){let pc=1,t=0;let l0=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(1);return false;}switch(pc){
case 1:{if(!(c0[0]===0)){if(!host.wait(cpu)){host.limit(0);return false;}continue L;}l0=c0[0];c0[0]=(cpu+1);l0=c1[0];c1[0]=(l0+1);c1[0]=l0;c0[0]=0;c2[0]=1;return true;}
}return true;}}
function f1(cpu){let pc=1,t=0;let l0=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(1);return false;}switch(pc){
case 1:{l0=c2[0];if(!(l0!==0)){if(!host.wait(cpu)){host.limit(0);return false;}continue L;}pc=2;continue L;}
case 2:{if(!(c0[0]===0)){if(!host.wait(cpu)){host.limit(0);return false;}continue L;}l0=c0[0];c0[0]=(cpu+1);l0=c1[0];c1[0]=(l0+1);c1[0]=l0;c0[0]=0;return true;}
}return true;}}

return {resumable:[],entries:[f0,f1],
interrupts:[],instructions:I,counting:N};
// limit 0: the design waits for something that never happens
// limit 1: the design goes round a loop more than 4194304 times
