"use strict";
const next=(m,c,n)=>{m=c+1>31?0:m>>>(c+1);return m===0?n:c+1+(31-Math.clz32(m&-m));};
const popcount=(m)=>{let n=0;for(;m!==0;m&=m-1)n++;return n;};
const nextBig=(m,c,n)=>{for(let i=c+1,r=m>>BigInt(c+1);r!==0n;){if((r&0xffffffffn)===0n){r>>=32n;i+=32;continue;}
const w=Number(r&0xffffffffn);return i+31-Math.clz32(w&-w);}return n;};
const weightBig=(m)=>{let n=0;for(;m!==0n;m&=m-1n)n++;return n;};
const I=new Float64Array(0),N=new Uint8Array(2).fill(1);
const c0=new Int32Array(1);const c1=new Int32Array(1);const c2=new Int32Array(1);
function f0(cpu){let pc=1,t=0;let l0=0,l1=0,l2=0,l3=0,l4=0,l5=0,l6=0,l7=0,l8=0,l9=0,l10=0,l11=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(0);return false;}switch(pc){
case 1:{c0[0]=1;pc=2;continue L;}
case 2:{l0=c0[0];B1:{if(l0!==0){pc=3;continue L;}else{l2=0;break B1;}}B2:{if(l2!==0){l3=1;l5=l3;pc=4;continue L;}else{break B2;}}pc=5;continue L;}
case 3:{l1=c1[0];l2=(!(l1!==0)?1:0);B4:{if(l2!==0){l3=1;l5=l3;pc=4;continue L;}else{break B4;}}pc=5;continue L;}
case 4:{l6=c0[0];B6:{if(l6!==0){pc=6;continue L;}else{l8=0;break B6;}}B7:{if(l8!==0){l9=1;pc=7;continue L;}else{break B7;}}pc=8;continue L;}
case 5:{l4=c0[0];B8:{if(l4!==0){l3=2;l5=l3;pc=4;continue L;}else{break B8;}}l3=4;l5=l3;pc=4;continue L;}
case 6:{l7=c1[0];l8=(!(l7!==0)?1:0);B11:{if(l8!==0){l9=1;pc=7;continue L;}else{break B11;}}pc=8;continue L;}
case 7:{c2[0]=(l5+l9);pc=9;continue L;}
case 8:{l10=c1[0];if(l10!==0){pc=10;continue L;}else{l9=3;pc=7;continue L;}}
case 9:{c0[0]=(l5!==2?1:0);return true;}
case 10:{l11=c0[0];B13:{if(l11!==0){l9=2;pc=7;continue L;}else{break B13;}}l9=2;pc=7;continue L;}
}return true;}}
function f1(cpu){let pc=1,t=0;let l0=0,l1=0,l2=0,l3=0,l4=0,l5=0;L:for(;;){if((++t&1023)===0&&!host.wait(cpu)&&t>=4194304){host.limit(0);return false;}switch(pc){
case 1:{c1[0]=1;pc=2;continue L;}
case 2:{l0=c0[0];B1:{if(l0!==0){pc=3;continue L;}else{l2=0;break B1;}}B2:{if(l2!==0){l3=1;B3:{if(l3===3){pc=4;continue L;}else{break B3;}}pc=5;continue L;}else{break B2;}}pc=6;continue L;}
case 3:{l1=c1[0];l2=(!(l1!==0)?1:0);B4:{if(l2!==0){l3=1;B5:{if(l3===3){pc=4;continue L;}else{break B5;}}pc=5;continue L;}else{break B4;}}pc=6;continue L;}
case 4:{c1[0]=0;return true;}
case 5:{c2[0]=0;return true;}
case 6:{l4=c1[0];B6:{if(l4!==0){pc=7;continue L;}else{break B6;}}l3=1;B7:{if(l3===3){pc=4;continue L;}else{break B7;}}pc=5;continue L;}
case 7:{l5=c0[0];B8:{if(l5!==0){l3=2;B9:{if(l3===3){pc=4;continue L;}else{break B9;}}pc=5;continue L;}else{break B8;}}l3=1;B10:{if(l3===3){pc=4;continue L;}else{break B10;}}pc=5;continue L;}
}return true;}}

return {resumable:[],entries:[f0,f1],
interrupts:[],instructions:I,counting:N};
// limit 0: a replay waits for something that never happens
