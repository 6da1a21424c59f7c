// SPDX-License-Identifier: MIT
// What printed steps call under a view-based model: plain functions over a handful of small arrays, into which the
// state's own words are unpacked. Nothing is allocated after loading. docs/memory-models.md has the argument.
//
// N messages; of message t in 1 … N, the order of all stores: MA[t] its address, MV[t] its value, MR[t] how far up
// nothing may be put between it and the next one of its address, MS[t] a bit for each CPU that has seen it, MB[t] 1 +
// the CPU that stored it, if a load there may still be forwarded from it. Of such a load, MF[t] is the view, MP[t] what
// it was picked by, MX[t] the view of the load that an atomic operation was, MG[t] whether the value depends
// on that: 1 strongly, 2 because it was picked.
import { defined } from "../../base/assert.ts";
import { REPORT } from "../../program/compiled.ts";
import type { Program } from "../../program/program.ts";
import { elements } from "../../program/program.ts";
import type { PackedLayout, Slot } from "../layout.ts";
import { maskOf } from "../packed-cells.ts";
import { VIEW, VIEW_COUNT, type ViewsLayout } from "./views-layout.ts";

const at = (view: keyof typeof VIEW): string => (VIEW[view] === 0 ? "b" : `b+${VIEW[view]}`);
/** T[…] |= the larger of both. */
const raise = (view: keyof typeof VIEW, by: string): string => `if(${by}>T[${at(view)}])T[${at(view)}]=${by};`;
const RN = `T[${at("readNew")}]`;
const WN = `T[${at("writeNew")}]`;
const RO = `T[${at("readOld")}]`;
const WO = `T[${at("writeOld")}]`;
const CP = `T[${at("control")}]`;
const RL = `T[${at("release")}]`;
const OP = `T[${at("pickOld")}]`;

/** Numbers that printed steps pass: how a load is ordered. 3: nothing uses it (ST<op>). */
export const LOAD_KIND = { plain: 0, acquire: 1, acquire_pc: 2, unread: 3 } as const;

/**
 * Loads. x, y: strong and pick view of the address. vread: may CPU c read message r of d (0: the cell's own value)?
 * Then PV, PP are the views of what it gets, PO that of the load itself. vpass: a load that bypasses the memory order.
 */
const LOADS = `
const mx=(a,b)=>a>b?a:b;
function vcoh(c,d){const s=1<<c;for(let t=N;t>0;t--)if(MA[t]===d&&(MS[t]&s)!==0)return t;return 0;}
function vpre(b,k,x){let p=${RN};if(x>p)p=x;if(k===1&&${RL}>p)p=${RL};return p;}
function vtake(b,k,x,y,v,w){if(k!==3){${raise("readOld", "v")}${raise("pickOld", "w")}}
if(k===1||k===2){${raise("readNew", "v")}${raise("writeNew", "v")}${raise("writeNew", "w")}}
${raise("control", "x")}${raise("control", "y")}PO=v;PV=v;PP=w;}
function vread(c,d,r,k,x,y){if(r!==0&&MA[r]!==d)return false;
const b=c*${VIEW_COUNT},s=1<<c,p=vpre(b,k,x);
for(let t=r+1;t<=N;t++)if(MA[t]===d&&(t<=p||(MS[t]&s)!==0))return false;
let v=r,w=0,g=0;
if(r!==0&&MB[r]===c+1){v=MF[r];w=MP[r];if(k===1||k===2)v=mx(v,MX[r]);if(MG[r]===1)g=MX[r];if(MG[r]===2)w=mx(w,MX[r]);}
if(r===0){if(p>T[D+d])T[D+d]=p;}else{MS[r]|=s;if(p>MR[r])MR[r]=p;}
vtake(b,k,x,y,mx(v,p),w);if(g>PV)PV=g;return true;}
function vpass(c,k,x,y,v,w){const b=c*${VIEW_COUNT};vtake(b,k,x,y,mx(v,vpre(b,k,x)),w);}
function vwalk(c,d,r){if(r!==0&&MA[r]!==d)return false;
const p=T[c*${VIEW_COUNT}+${VIEW.walk}];for(let t=r+1;t<=p;t++)if(MA[t]===d)return false;
if(r===0){if(p>T[D+d])T[D+d]=p;}else if(p>MR[r])MR[r]=p;return true;}
function vnow(d,m,e){for(let t=N;t>0;t--)if(MA[t]===d)return MV[t]+m;return e;}
function vsync(c,i,e){const b=c*${VIEW_COUNT},v=T[i];${raise("readNew", "v")}${raise("writeNew", "v")}return e;}`;

/**
 * Stores. q: a release. x: the view of all that the store depends on. vfits: may CPU c put a message of d right behind
 * message g? vput puts it there. vown: a store that bypasses the memory order, as early as it could be.
 */
const STORES = `
function vbound(b,q,x){let p=mx(mx(${WN},${CP}),x);if(q)p=mx(mx(p,${RO}),mx(${WO},${OP}));return p;}
function vlast(d,g){while(g>0&&MA[g]!==d)g--;return g;}
function vfits(c,d,g,q,x){if(g<vbound(c*${VIEW_COUNT},q,x)||g<vcoh(c,d))return false;
const r=vlast(d,g);return(r===0?T[D+d]:MR[r])<=g;}
function vmove(t,u){MA[u]=MA[t];MV[u]=MV[t];MR[u]=MR[t];MS[u]=MS[t];MB[u]=MB[t];MF[u]=MF[t];MP[u]=MP[t];MX[u]=MX[t];MG[u]=MG[t];}
function vput(c,d,g,v,f,w,x,y,q){const t=g+1,b=c*${VIEW_COUNT};for(let u=N;u>g;u--)vmove(u,u+1);N++;
for(let i=0;i<T.length;i++)if(T[i]>g)T[i]++;
MA[t]=d;MV[t]=v;MR[t]=0;MS[t]=1<<c;MB[t]=c+1;MF[t]=f;MP[t]=w;MX[t]=x;MG[t]=y;
for(let u=1;u<=N;u++)if(u!==t){if(MR[u]>g)MR[u]++;if(MF[u]>g)MF[u]++;if(MP[u]>g)MP[u]++;if(MX[u]>g)MX[u]++;}
${raise("writeOld", "t")}if(q){${raise("release", "t")}}}
function vtied(d,g){const r=vlast(d,g);if(r===0)T[D+d]=g+1;else MR[r]=g+1;}
function vctrl(c,v){const b=c*${VIEW_COUNT};${raise("control", "v")}}
function vboth(c,v){const b=c*${VIEW_COUNT};${raise("readNew", "v")}${raise("writeNew", "v")}}
function vown(c,q,x,y){const b=c*${VIEW_COUNT},p=vbound(b,q,mx(x,y));${raise("writeOld", "p")}
if(q){${raise("release", "p")}}}
function vlink(c,d,r){const b=c*${VIEW_COUNT};XA[c]=d;T[${at("linked")}]=r;T[${at("linkedView")}]=PO;T[${at("linkedPick")}]=PP;}
function vunlink(c){const b=c*${VIEW_COUNT};XA[c]=0;T[${at("linked")}]=0;T[${at("linkedView")}]=0;T[${at("linkedPick")}]=0;}`;

const FENCES = `
function vfull(c){const b=c*${VIEW_COUNT},v=mx(${RO},${WO}),w=${OP};
${raise("readNew", "v")}${raise("writeNew", "v")}${raise("writeNew", "w")}}
function vloads(c){const b=c*${VIEW_COUNT},v=${RO},w=${OP};
${raise("readNew", "v")}${raise("writeNew", "v")}${raise("writeNew", "w")}}
function vstores(c){const b=c*${VIEW_COUNT},v=${WO};${raise("writeNew", "v")}}
function visb(c){const b=c*${VIEW_COUNT},v=${CP};${raise("readNew", "v")}}
function vcomplete(c){vfull(c);visb(c);const b=c*${VIEW_COUNT},v=${RN};${raise("walk", "v")}}`;

/**
 * Equal futures become equal bits. A message goes back into its cell as soon as every CPU that may still read the cell
 * must see it or a later one, and every CPU that may still write the cell must do so behind it. Where that is because
 * of the cell's coherence alone, the message must be the oldest of all: being behind it then says nothing more.
 */
const FOLD = `
function vdone(t){const d=MA[t];for(let u=1;u<t;u++)if(MA[u]===d)return false;
for(let c=0;c<CPUS;c++){const f=FU[c][d],b=c*${VIEW_COUNT};
if(t===1&&vcoh(c,d)!==0)continue;
if((f&1)!==0&&${RN}<t||(f&2)!==0&&${WN}<t&&${CP}<t)return false;}
for(let c=0;c<CPUS;c++){const b=c*${VIEW_COUNT};
if((WK[d]>>>c&1)!==0&&T[${at("walk")}]<t)return false;}return true;}
function vbase(O,k,d,v){const w=k+PW[d],m=PM[d]<<PS[d];O[w]=O[w]&~m|v<<PS[d]&m;}
function vfold(O,k,t){const d=MA[t];vbase(O,k,d,MV[t]);T[D+d]=MR[t];
for(let c=0;c<CPUS;c++)if(XA[c]===d){const i=c*${VIEW_COUNT}+${VIEW.linked};if(T[i]===0)vunlink(c);else if(T[i]===t)T[i]=0;}
for(let i=0;i<T.length;i++)if(T[i]>=t)T[i]--;
for(let u=t;u<N;u++)vmove(u+1,u);N--;
for(let u=1;u<=N;u++){if(MR[u]>=t)MR[u]--;if(MF[u]>=t)MF[u]--;if(MP[u]>=t)MP[u]--;if(MX[u]>=t)MX[u]--;}}`;

/** Views that order nothing which is not ordered already become 0. Every store's bound is at least readNew. */
const NORMALISE = `
function vcpu(c){const b=c*${VIEW_COUNT};
if(FU[c][A]===0){for(let i=0;i<${VIEW_COUNT};i++)if(i!==${VIEW.walk})T[b+i]=0;XA[c]=0;return;}
if(${CP}>${WN})${WN}=${CP};if(!CONTROL||${CP}<=${RN})${CP}=0;
if(${RO}<=${RN})${RO}=0;if(${WO}<=${RN})${WO}=0;if(${RL}<=${RN})${RL}=0;if(${OP}<=${WN})${OP}=0;
const d=XA[c];if(d!==0&&(FU[c][d]&2)===0)vunlink(c);}
function vvalue(s,p,n){const v=T[s];if(v<=n)T[s]=0;if(p!==0&&(T[p]<=n||T[p]<=v))T[p]=0;}
function vmessage(t){const d=MA[t];let later=0;for(let u=t+1;u<=N;u++)if(MA[u]===d)later|=MS[u];
let s=MS[t]&~later;const o=MB[t]-1;
for(let c=0;c<CPUS;c++){const b=c*${VIEW_COUNT};if(FU[c][d]===0||t<=${RN})s&=~(1<<c);}
MS[t]=s;if(o>=0){const b=o*${VIEW_COUNT},n=${RN};if((s>>>o&1)===0||(FU[o][d]&1)===0){MB[t]=0;MF[t]=0;MP[t]=0;MX[t]=0;MG[t]=0;}
else{const f=MF[t];if(f<=n)MF[t]=0;if(MP[t]<=n||MP[t]<=f)MP[t]=0;if(MX[t]<=n||MX[t]<=f)MX[t]=0;if(MX[t]===0)MG[t]=0;}}}
function vfloor(d){let m=M+2;for(let c=0;c<CPUS;c++)if((FU[c][d]&2)!==0){const b=c*${VIEW_COUNT};
m=Math.min(m,mx(${WN},vcoh(c,d)));}return m;}
function vnorm(){let n=M+2;for(let c=0;c<CPUS;c++){vcpu(c);const b=c*${VIEW_COUNT};if(FU[c][A]!==0&&${RN}<n)n=${RN};}
for(let t=N;t>0;t--)vmessage(t);
for(let t=1;t<=N;t++)if(MR[t]!==0&&MR[t]<=mx(t,vfloor(MA[t])))MR[t]=0;
for(let d=1;d<A;d++)if(T[D+d]!==0&&T[D+d]<=vfloor(d))T[D+d]=0;
for(let i=0;i<VS.length;i++){const c=VC[i];vvalue(VS[i],VP[i],c<0?n:FU[c][A]===0?M+2:T[c*${VIEW_COUNT}]);}}`;

/** Reads a field of the state at S[a] or O[k]. */
function fieldAt({ word, shift, width }: Slot, array: string, start: string): string {
  const text = `${array}[${start}+${word}]`;
  if (width === 32) return `${text}>>>0`;
  return shift === 0
    ? `${text}&${maskOf({ word, shift, width })}`
    : `${text}>>>${shift}&${maskOf({ word, shift, width })}`;
}

function printLoad(views: ViewsLayout): string {
  const fields = views.packed.map(({ name, slot }) => `${name}=${fieldAt(slot, "S", "a")};`).join("");
  // What takes no bits is 0, but may have been raised on the way to a successor.
  const packed = new Set(views.packed.map(({ name }) => name));
  const unused = Array.from({ length: views.size }, (_, i) => `T[${i}]`).filter((name) => !packed.has(name));
  const zeros = unused.length > 0 ? `${unused.join("=")}=0;` : "";
  return `function vload(S,a){${zeros}${fields}N=0;while(N<M&&MA[N+1]!==0)N++;return N;}\n`;
}

function printPack(views: ViewsLayout, layout: PackedLayout): string {
  const words = new Map<number, string[]>();
  for (const { name, slot } of views.packed) {
    const of = words.get(slot.word) ?? [];
    words.set(slot.word, of);
    of.push(slot.shift === 0 ? name : `${name}<<${slot.shift}`);
  }
  const clear = "for(let t=N+1;t<=M;t++){MA[t]=0;MV[t]=0;MR[t]=0;MS[t]=0;MB[t]=0;MF[t]=0;MP[t]=0;MX[t]=0;MG[t]=0;}";
  const stores = [...words].map(([word, parts]) => `O[k+${word}]=${parts.join("|")};`).join("");
  return `function vpack(O,k){${clear}${stores}return k+${layout.words};}\n`;
}

/** By CPU, the field of its thread's program counter in O at k; undefined: it has no thread. */
function threadCounters(program: Program, layout: PackedLayout): (string | undefined)[] {
  return Array.from({ length: program.cpus }, (_, cpu) => {
    const context = layout.contexts.find((c) => c.cpu === cpu && program.codes[c.code]?.kind === "thread");
    if (!context) return undefined;
    return context.pc.width === 0 ? "0" : fieldAt(context.pc, "O", "k");
  });
}

/** vend(O, k): what is unpacked becomes the rest of the successor whose plain words are at O[k]. */
function printEnd(program: Program, layout: PackedLayout, fold: boolean): string {
  const futures = threadCounters(program, layout)
    .map((pc, cpu) => `FU[${cpu}]=F[G${cpu}[${pc ?? 0}]];`)
    .join("");
  const folding = fold ? "for(let t=1;t<=N;)if(vdone(t)){vfold(O,k,t);t=1;}else t++;" : "";
  // A violation ends its run: what is lost of the state then, nobody looks at.
  const violates = `R[${REPORT.raised}]!==0&&R[${REPORT.raisedAt}]===k`;
  const full = `if(N>M){if(!(${violates}))return k;vfold(O,k,1);}`;
  return `function vend(O,k){${futures}${folding}${full}vnorm();return vpack(O,k);}\n`;
}

/** Where the plain value of each address is, and what else is known of it. */
function printTables(program: Program, layout: PackedLayout, views: ViewsLayout): string {
  const slots: (Slot | undefined)[] = [undefined];
  for (const id of views.cells) {
    const place = defined(layout.cells[id], "by cell");
    const count = elements(defined(program.cells[id], "cells exist"));
    for (let i = 0; i < count; i++) slots.push("slots" in place ? place.slots[i] : undefined);
  }
  const table = (name: string, list: readonly number[]): string => `const ${name}=[${list.join(",")}];`;
  const futures = views.futures.map(({ touches, alive }) => `[${[...touches, alive ? 1 : 0].join(",")}]`).join(",");
  return [
    table(
      "PW",
      slots.map((s) => s?.word ?? 0),
    ),
    table(
      "PS",
      slots.map((s) => s?.shift ?? 0),
    ),
    table(
      "PM",
      slots.map((s) => (s ? maskOf(s) : 0)),
    ),
    table("WK", views.walked),
    `const F=[${futures}];`,
    ...views.futureOf.map((list, cpu) => table(`G${cpu}`, list)),
    ...valueTables(program, layout, views).map(([name, list]) => table(name, list)),
  ].join("\n");
}

/** Views of locals and elements: VS, VP where they are, VC whose they are (-1: everybody can look at them). */
function valueTables(program: Program, layout: PackedLayout, views: ViewsLayout): [string, number[]][] {
  const rows: [number, number, number][] = [];
  views.locals.forEach((map, i) => {
    const { cpu } = defined(layout.contexts[i], "by context");
    const distinct = new Map([...map.values()].map((v) => [v.strong, v]));
    for (const { strong, pick } of distinct.values()) rows.push([strong, pick, cpu]);
  });
  const ofCell = (id: number, strong: number, pick: number): void => {
    const cell = defined(program.cells[id], "cells exist");
    const count = elements(cell);
    const each = count / (cell.dims[0] ?? 1);
    for (let i = 0; i < count; i++) {
      rows.push([strong + i, pick === 0 ? 0 : pick + i, cell.own ? Math.floor(i / each) : -1]);
    }
  };
  for (const [id, { strong, pick }] of views.elements) ofCell(id, strong, pick);
  for (const [id, first] of views.handed) ofCell(id, first, 0);
  return [
    ["VS", rows.map(([strong]) => strong)],
    ["VP", rows.map(([, pick]) => pick)],
    ["VC", rows.map(([, , cpu]) => cpu)],
  ];
}

/** `fold`: false keeps every message (for tests: nobody must be able to tell). */
export function viewsRuntime(program: Program, layout: PackedLayout, views: ViewsLayout, fold: boolean): string {
  const arrays = ["MA", "MR", "MS", "MB", "MF", "MP", "MX", "MG"].map((name) => `${name}=new Int32Array(M+2)`);
  return `
const M=${views.depth},A=${views.addresses.count},D=${views.baseRead},CPUS=${program.cpus};
const CONTROL=${views.used.control},T=new Int32Array(${views.size}),XA=new Int32Array(CPUS),FU=new Array(CPUS);
const ${arrays.join(",")},MV=new Float64Array(M+2);let N=0,PV=0,PP=0,PO=0;
${printTables(program, layout, views)}${LOADS}${STORES}${FENCES}${FOLD}${NORMALISE}
${printLoad(views)}${printPack(views, layout)}${printEnd(program, layout, fold)}`;
}
