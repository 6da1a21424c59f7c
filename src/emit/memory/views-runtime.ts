// SPDX-License-Identifier: MIT
// What printed steps call under a view-based model: plain functions over a handful of small arrays, into which the
// state's own words are unpacked (views-tables.ts). Nothing is allocated after loading. docs/memory-models.md has the
// argument.
//
// N messages; of message t in 1 … N, the order of all stores: MA[t] its address, MV[t] its value, MR[t] how far up
// nothing may be put between it and the next one of its address, MS[t] a bit for each CPU that has seen it, MB[t] 1 +
// the CPU that stored it, if a load there may still be forwarded from it. Of such a load, MF[t] is the view, MP[t] what
// it was picked by, MX[t] the view of the load that an atomic operation was, MG[t] whether the value depends on that:
// 1 strongly, 2 because it was picked. T holds all other views (views-layout.ts): T[D+d] is what MR is, for the cell's
// own value of address d; b is where the views of CPU c begin.
import { REPORT } from "../../program/compiled.ts";
import { VIEW, VIEW_COUNT } from "./views-layout.ts";

const at = (view: keyof typeof VIEW): string => (VIEW[view] === 0 ? "T[b]" : `T[b+${VIEW[view]}]`);
/** A view of the CPU becomes the larger of both. */
const raise = (view: keyof typeof VIEW, by: string): string => `if (${by} > ${at(view)}) ${at(view)} = ${by};`;
const BASE = `const b = c * ${VIEW_COUNT}`;
const RN = at("readNew");
const WN = at("writeNew");
const RO = at("readOld");
const WO = at("writeOld");
const CP = at("control");
const RL = at("release");
const OP = at("pickOld");

/** Numbers that printed steps pass: how a load is ordered. unread: nothing uses it (ST<op>). */
export const LOAD_KIND = { plain: 0, acquire: 1, acquire_pc: 2, unread: 3 } as const;
const { acquire: ACQUIRE, acquire_pc: ACQUIRE_PC, unread: UNREAD } = LOAD_KIND;
const ACQUIRES = `(k === ${ACQUIRE} || k === ${ACQUIRE_PC})`;

/**
 * Loads by CPU c of kind k; x, y: strong and pick view of the address. vread: may it read message r of address d (0:
 * the cell's own value)? Then PV, PP are the views of what it gets, PO that of the load itself. vpass: a load that
 * bypasses the memory order, of a value with the views v, w. vwalk: by a page walker. vnow: the newest value, of a cell
 * that begins at m, where e is the cell's own. vsync: e, which was handed over with the view T[i].
 */
const LOADS = `
const mx = (a, b) => (a > b ? a : b);
function vcoh(c, d) {
  const s = 1 << c;
  for (let t = N; t > 0; t--) if (MA[t] === d && (MS[t] & s) !== 0) return t;
  return 0;
}
function vpre(b, k, x) {
  const p = mx(${RN}, x);
  return k === ${ACQUIRE} ? mx(p, ${RL}) : p;
}
function vtake(b, k, x, y, v, w) {
  if (k !== ${UNREAD}) {
    ${raise("readOld", "v")}
    ${raise("pickOld", "w")}
  }
  if (${ACQUIRES}) {
    ${raise("readNew", "v")}
    ${raise("writeNew", "v")}
    ${raise("writeNew", "w")}
  }
  ${raise("control", "x")}
  ${raise("control", "y")}
  PO = v; PV = v; PP = w;
}
function vseen(d, r, p) {
  if (r !== 0) MR[r] = mx(MR[r], p);
  else T[D + d] = mx(T[D + d], p);
}
function vread(c, d, r, k, x, y) {
  if (r !== 0 && MA[r] !== d) return false;
  ${BASE}, s = 1 << c, p = vpre(b, k, x);
  for (let t = r + 1; t <= N; t++) if (MA[t] === d && (t <= p || (MS[t] & s) !== 0)) return false;
  let v = r, w = 0, g = 0;
  if (r !== 0 && MB[r] === c + 1) {
    v = MF[r]; w = MP[r];
    if (${ACQUIRES}) v = mx(v, MX[r]);
    if (MG[r] === 1) g = MX[r];
    if (MG[r] === 2) w = mx(w, MX[r]);
  }
  vseen(d, r, p);
  if (r !== 0) MS[r] |= s;
  vtake(b, k, x, y, mx(v, p), w);
  PV = mx(PV, g);
  return true;
}
function vpass(c, k, x, y, v, w) {
  ${BASE};
  vtake(b, k, x, y, mx(v, vpre(b, k, x)), w);
}
function vwalk(c, d, r) {
  if (r !== 0 && MA[r] !== d) return false;
  ${BASE}, p = ${at("walk")};
  for (let t = r + 1; t <= p; t++) if (MA[t] === d) return false;
  vseen(d, r, p);
  return true;
}
function vnow(d, m, e) {
  const t = vlast(d, N);
  return t === 0 ? e : MV[t] + m;
}
function vsync(c, i, e) {
  vboth(c, T[i]);
  return e;
}
function vboth(c, v) {
  ${BASE};
  ${raise("readNew", "v")}
  ${raise("writeNew", "v")}
}
function vctrl(c, v) {
  ${BASE};
  ${raise("control", "v")}
}`;

/**
 * Stores by CPU c; q: a release; x: the view of all that the store depends on. vfits: may a message of d stand right
 * behind message g? vlone: nobody but c will look at d any more: only the first of places that nobody can tell apart is
 * taken then. vput puts it there: f, w, x, y become its MF, MP, MX, MG. vtied: nothing may be put between it and
 * the one before it. vown: a store that bypasses the memory order, as early as it could be.
 */
const STORES = `
function vbound(b, q, x) {
  const p = mx(mx(${WN}, ${CP}), x);
  return q ? mx(mx(p, ${RO}), mx(${WO}, ${OP})) : p;
}
function vlast(d, g) {
  while (g > 0 && MA[g] !== d) g--;
  return g;
}
function vplace(c, d, g, p) {
  if (g < p || g < vcoh(c, d)) return false;
  const r = vlast(d, g);
  return (r === 0 ? T[D + d] : MR[r]) <= g;
}
function vfits(c, d, g, q, x) {
  const p = vbound(c * ${VIEW_COUNT}, q, x);
  if (!vplace(c, d, g, p)) return false;
  return g === 0 || MA[g] === d || !vlone(c, d) || !vplace(c, d, g - 1, p);
}
function vlone(c, d) {
  if (!FOLDING || WK[d] !== 0) return false;
  for (let e = 0; e < CPUS; e++) if (e !== c && FU[e][d] !== 0) return false;
  return true;
}
function vset(t, d, v, r, s, o, f, w, x, y) {
  MA[t] = d; MV[t] = v; MR[t] = r; MS[t] = s; MB[t] = o; MF[t] = f; MP[t] = w; MX[t] = x; MG[t] = y;
}
function vmove(t, u) {
  vset(u, MA[t], MV[t], MR[t], MS[t], MB[t], MF[t], MP[t], MX[t], MG[t]);
}
function vshift(f, n) {
  for (let i = 0; i < T.length; i++) if (T[i] >= f) T[i] += n;
  for (let u = 1; u <= N; u++) {
    if (MR[u] >= f) MR[u] += n;
    if (MF[u] >= f) MF[u] += n;
    if (MP[u] >= f) MP[u] += n;
    if (MX[u] >= f) MX[u] += n;
  }
}
function vput(c, d, g, v, f, w, x, y, q) {
  ${BASE}, t = g + 1;
  vshift(t, 1);
  for (let u = N; u > g; u--) vmove(u, u + 1);
  N++;
  vset(t, d, v, 0, 1 << c, c + 1, f, w, x, y);
  ${raise("writeOld", "t")}
  if (q) ${raise("release", "t")}
}
function vtied(d, g) {
  const r = vlast(d, g);
  if (r === 0) T[D + d] = g + 1;
  else MR[r] = g + 1;
}
function vown(c, q, x, y) {
  ${BASE}, p = vbound(b, q, mx(x, y));
  ${raise("writeOld", "p")}
  if (q) ${raise("release", "p")}
}
function vlink(c, d, r) {
  ${BASE};
  XA[c] = d; ${at("linked")} = r; ${at("linkedView")} = PO; ${at("linkedPick")} = PP;
}
function vunlink(c) {
  ${BASE};
  XA[c] = 0; ${at("linked")} = 0; ${at("linkedView")} = 0; ${at("linkedPick")} = 0;
}`;

const FENCES = `
function vfull(c) {
  vloads(c);
  ${BASE};
  vboth(c, ${WO});
}
function vloads(c) {
  ${BASE}, w = ${OP};
  vboth(c, ${RO});
  ${raise("writeNew", "w")}
}
function vstores(c) {
  ${BASE}, v = ${WO};
  ${raise("writeNew", "v")}
}
function visb(c) {
  ${BASE}, v = ${CP};
  ${raise("readNew", "v")}
}
function vwalks(v) {
  for (let c = 0; c < CPUS; c++) {
    ${BASE};
    ${raise("walk", "v")}
  }
}
function vcomplete(c) {
  vfull(c);
  visb(c);
  vwalks(T[c * ${VIEW_COUNT}]);
}
function vcompletestores(c) {
  ${BASE};
  vboth(c, ${WO});
  vwalks(${RN});
}
function vcompleteown(c) {
  ${BASE};
  vboth(c, ${WO});
  const v = ${RN};
  ${raise("walk", "v")}
}
function vownwalks(c) {
  ${BASE}, v = mx(${RN}, mx(${RO}, ${WO}));
  ${raise("walk", "v")}
}`;

/**
 * Equal futures become equal bits. A message goes back into its cell as soon as every CPU that may still read the cell
 * must see it or a later one, and every CPU that may still write the cell must do so behind it. Where that is because
 * of the cell's coherence alone, the message must be the oldest of all: being behind it then says nothing more. Where
 * only the CPU that stored it will look at the cell, its views say that already.
 */
const FOLD = `
function vdone(t) {
  const d = MA[t], o = MB[t] - 1;
  if (vlast(d, t - 1) !== 0) return false;
  if (o >= 0 && mx(mx(MF[t], MP[t]), MX[t]) <= T[o * ${VIEW_COUNT}] && vlone(o, d)) return true;
  for (let c = 0; c < CPUS; c++) {
    ${BASE}, f = FU[c][d];
    if ((WK[d] >>> c & 1) !== 0 && ${at("walk")} < t) return false;
    if (t === 1 && vcoh(c, d) !== 0) continue;
    if ((f & 1) !== 0 && ${RN} < t || (f & 2) !== 0 && ${WN} < t && ${CP} < t) return false;
  }
  return true;
}
function vbase(O, k, d, v) {
  const w = k + PW[d], m = PM[d] << PS[d];
  O[w] = O[w] & ~m | v << PS[d] & m;
}
function vfold(O, k, t) {
  const d = MA[t];
  vbase(O, k, d, MV[t]);
  T[D + d] = MR[t];
  for (let c = 0; c < CPUS; c++) {
    ${BASE};
    if (XA[c] !== d) continue;
    if (${at("linked")} === 0) vunlink(c);
    else if (${at("linked")} === t) ${at("linked")} = 0;
  }
  for (let u = t; u < N; u++) vmove(u + 1, u);
  N--;
  vshift(t, -1);
}`;

/** Views that order nothing which is not ordered already become 0. Every store's bound is at least readNew. */
const NORMALISE = `
function vcpu(c) {
  ${BASE}, o = FU[c][A] !== 0, d = XA[c];
  if (!o) for (let i = 0; i < ${VIEW_COUNT}; i++) if (i !== ${VIEW.walk}) T[b + i] = 0;
  if (d !== 0 && (!o || (FU[c][d] & 2) === 0)) vunlink(c);
  ${WN} = mx(${WN}, ${CP});
  if (!CONTROL || ${CP} <= ${RN}) ${CP} = 0;
  if (${RO} <= ${RN}) ${RO} = 0;
  if (${WO} <= ${RN}) ${WO} = 0;
  if (${RL} <= ${RN}) ${RL} = 0;
  if (${OP} <= ${WN}) ${OP} = 0;
}
function vvalue(s, p, n) {
  const v = T[s];
  if (v <= n) T[s] = 0;
  if (p !== 0 && (T[p] <= n || T[p] <= v)) T[p] = 0;
}
function vmessage(t) {
  const d = MA[t], o = MB[t] - 1;
  for (let u = t + 1; u <= N; u++) if (MA[u] === d) MS[t] &= ~MS[u];
  for (let c = 0; c < CPUS; c++) {
    ${BASE};
    if (FU[c][d] === 0 || t <= ${RN}) MS[t] &= ~(1 << c);
  }
  if (o < 0) return;
  if ((MS[t] >>> o & 1) === 0 || (FU[o][d] & 1) === 0) {
    vset(t, d, MV[t], MR[t], MS[t], 0, 0, 0, 0, 0);
    return;
  }
  const n = T[o * ${VIEW_COUNT}], f = MF[t];
  if (f <= n) MF[t] = 0;
  if (MP[t] <= n || MP[t] <= f) MP[t] = 0;
  if (MX[t] <= n || MX[t] <= f) MX[t] = 0;
  if (MX[t] === 0) MG[t] = 0;
}
function vfloor(d) {
  let m = M + 2;
  for (let c = 0; c < CPUS; c++) {
    ${BASE};
    if ((FU[c][d] & 2) !== 0) m = Math.min(m, mx(${WN}, vcoh(c, d)));
  }
  return m;
}
function vnorm() {
  let n = M + 2;
  for (let c = 0; c < CPUS; c++) {
    vcpu(c);
    if (FU[c][A] !== 0) n = Math.min(n, T[c * ${VIEW_COUNT}]);
  }
  for (let t = N; t > 0; t--) vmessage(t);
  for (let t = 1; t <= N; t++) if (MR[t] !== 0 && MR[t] <= mx(t, vfloor(MA[t]))) MR[t] = 0;
  for (let d = 1; d < A; d++) if (T[D + d] !== 0 && T[D + d] <= vfloor(d)) T[D + d] = 0;
  for (let i = 0; i < VS.length; i++) {
    const c = VC[i];
    vvalue(VS[i], VP[i], c < 0 ? n : FU[c][A] === 0 ? M + 2 : T[c * ${VIEW_COUNT}]);
  }
}`;

/** A violation ends its run: what is lost of a state that has no room for all messages, nobody looks at then. */
export const ROOM = `
  if (N > M) {
    if (R[${REPORT.raised}] === 0 || R[${REPORT.raisedAt}] !== k) return k;
    vfold(O, k, 1);
  }`;

export const VIEW_FUNCTIONS = LOADS + STORES + FENCES + FOLD + NORMALISE;
