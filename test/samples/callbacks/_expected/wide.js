"use strict";
const powers=new Float64Array(64);for(let i=0;i<64;i++)powers[i]=2**i;
const pow2=(e)=>e>=0&&e<64?powers[e]:2**e;
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const I=new Float64Array(3),N=new Uint8Array(2).fill(1);
const c0=new Int32Array(2);const c1=new Int32Array(2);const c2=new Int32Array(2);const c3=new Int32Array(2);const c4=new Int32Array(1);const c5=new Int32Array(2);const c6=new Int32Array(2);
function f0(cpu){let pc=1,t=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(1);return false;}switch(pc){
case 1:{c0[cpu]=1;c1[cpu]=cpu;pc=2;continue L;}
case 2:{B0:{B32:{if(!(c2[1]===0)){if(!host.wait(cpu)){host.limit(0);return false;}continue L;}c2[1]=1;c3[1]=(cpu+1);}}I[0]+=N[cpu];pc=3;continue L;}
case 3:{B0:{B32:{if(!(c2[1]===0)){if(!host.wait(cpu)){host.limit(0);return false;}continue L;}}}I[1]+=N[cpu];c0[cpu]=0;c0[cpu]=2;c1[cpu]=cpu;pc=4;continue L;}
case 4:{B0:{B32:{if(!(c2[1]===0)){if(!host.wait(cpu)){host.limit(0);return false;}continue L;}c2[1]=2;c3[1]=(cpu+1);}}I[0]+=N[cpu];pc=5;continue L;}
case 5:{B0:{B32:{if(!(c2[1]===0)){if(!host.wait(cpu)){host.limit(0);return false;}continue L;}}}I[1]+=N[cpu];c0[cpu]=0;return true;}
}return true;}}
function f1(cpu){let pc=1,t=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(1);return false;}switch(pc){
case 1:{c4[0]=3;return true;}
}return true;}}
function f2(cpu){let pc=0,t=0;let l0=0,l1=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(1);return false;}switch(pc){
case 0:{if(!((!(c5[cpu]!==0)&&c2[cpu]!==0))){return false;}B0:{if(c2[cpu]===1){l0=(c3[cpu]-1);c6[cpu]=c0[l0];pc=3;continue L;}else{B64:{if(c2[cpu]===2){l1=(c3[cpu]-1);B96:{B128:{if(c1[l1]!==cpu){c4[0]=c0[l1];pc=3;continue L;}}}}}}}pc=3;continue L;}
case 3:{B0:{B32:{c2[cpu]=0;c3[cpu]=0;}}I[2]+=N[cpu];return true;}
}return true;}}

return {resumable:[],entries:[f0,f1],
interrupts:[f2],instructions:I,counting:N};
// limit 0: the design waits for something that never happens
// limit 1: the design goes round a loop more than 4194304 times
