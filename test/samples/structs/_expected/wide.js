"use strict";
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const I=new Float64Array(0),N=new Uint8Array(1).fill(1);
const c0=new Int32Array(2);const c1=new Int32Array(2);const c2=new Int32Array(1);
function f0(cpu){let pc=1,t=0;let l0=0,l1=0,l2=0,l3=0,l4=0,l5=0,l6=0,l7=0,l8=0,l9=0,l10=0,l11=0,l12=0,l13=0,l14=0,l15=0,l16=0,l17=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(0);return false;}switch(pc){
case 1:{l0=c0[(cpu*2+0)];B0:{if(l0!==2){pc=2;continue L;}else{break B0;}}pc=3;continue L;}
case 2:{l4=c0[(cpu*2+1)];B2:{if(l4!==2){pc=4;continue L;}else{break B2;}}pc=5;continue L;}
case 3:{l1=c1[(cpu*2+0)];l2=0;l3=(l1<2?1:0);B3:{if(l3!==0){l7=l2;pc=6;continue L;}else{break B3;}}pc=7;continue L;}
case 4:{l6=c2[cpu];l2=(l6<1?(l6+1):0);l3=1;B4:{if(l3!==0){l7=l2;pc=6;continue L;}else{break B4;}}pc=7;continue L;}
case 5:{l5=c1[(cpu*2+1)];l2=1;l3=(l5<2?1:0);B5:{if(l3!==0){l7=l2;pc=6;continue L;}else{break B5;}}pc=7;continue L;}
case 6:{c0[(cpu*2+l7)]=2;l8=l2;pc=8;continue L;}
case 7:{c2[cpu]=l2;pc=9;continue L;}
case 8:{c1[(cpu*2+l8)]=2;pc=7;continue L;}
case 9:{l9=c0[(cpu*2+0)];B10:{if(l9!==1){pc=10;continue L;}else{break B10;}}pc=11;continue L;}
case 10:{l13=c0[(cpu*2+1)];B12:{if(l13!==1){pc=12;continue L;}else{break B12;}}pc=13;continue L;}
case 11:{l10=c1[(cpu*2+0)];l11=0;l12=(l10<1?1:0);B13:{if(l12!==0){l16=l11;pc=14;continue L;}else{break B13;}}pc=15;continue L;}
case 12:{l15=c2[cpu];l11=(l15<1?(l15+1):0);l12=1;B14:{if(l12!==0){l16=l11;pc=14;continue L;}else{break B14;}}pc=15;continue L;}
case 13:{l14=c1[(cpu*2+1)];l11=1;l12=(l14<1?1:0);B15:{if(l12!==0){l16=l11;pc=14;continue L;}else{break B15;}}pc=15;continue L;}
case 14:{c0[(cpu*2+l16)]=1;l17=l11;pc=16;continue L;}
case 15:{c2[cpu]=l11;return true;}
case 16:{c1[(cpu*2+l17)]=1;pc=15;continue L;}
}return true;}}

return {resumable:[],entries:[f0],
interrupts:[],instructions:I,counting:N};
// limit 0: a replay waits for something that never happens
