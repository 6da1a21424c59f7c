"use strict";
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const I=new Float64Array(4),N=new Uint8Array(2).fill(1);
const c0=new Int32Array(2);const c1=new Int32Array(1);const c2=new Int32Array(4);const c3=new Int32Array(2);
function f0(cpu){let pc=1,t=0;let l0=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(0);return false;}switch(pc){
case 1:{B0:{B1:{l0=c0[cpu];c0[cpu]=1;break B1;}break B0;}I[0]+=N[cpu];pc=2;continue L;}
case 2:{c1[0]=1;pc=3;continue L;}
case 3:{B0:{B1:{if(c2[(cpu*2+cpu)]!==0){if(!host.wait(cpu)){host.limit(0);return false;}continue L;}B2:{B3:{B4:{if(0===cpu){break B3;}else{break B4;}}c2[cpu]=1;break B3;}B5:{B6:{if(1===cpu){break B5;}else{break B6;}}c2[(1*2+cpu)]=1;break B5;}break B2;}c3[cpu]=1;break B1;}break B0;}I[1]+=N[cpu];pc=4;continue L;}
case 4:{B0:{B1:{c0[cpu]=l0;break B1;}break B0;}I[2]+=N[cpu];pc=5;continue L;}
case 5:{c1[0]=2;return true;}
}return true;}}
function f1(cpu){let pc=1,t=0;let l0=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(0);return false;}switch(pc){
case 1:{B0:{B1:{if(!(c2[(cpu*2+0)]!==0)){if(!host.wait(cpu)){host.limit(0);return false;}continue L;}break B1;}break B0;}I[3]+=N[cpu];pc=2;continue L;}
case 2:{l0=c1[0];pc=3;continue L;}
case 3:{c1[0]=(l0+1);return true;}
}return true;}}

return {resumable:[],entries:[f0,f1],
interrupts:[],instructions:I,counting:N};
// limit 0: a replay waits for something that never happens
