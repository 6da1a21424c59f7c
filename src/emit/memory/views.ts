// SPDX-License-Identifier: MIT
// Views of one memory order, as in Promising-ARM (Pulte et al., PLDI 2019), without promises: a store puts its message
// anywhere in the order that its views, coherence, and what has been read already leave open, not only at the end. This
// explores exactly the executions in which program order and reads-from together have no cycle; what is missing is load
// buffering. docs/memory-models.md has the argument.
import type { ViewModel } from "../../../model/hw/memory/types.ts";
import { defined } from "../../base/assert.ts";
import type { Access, Expr, FenceOrder, Place } from "../../program/program.ts";
import type { PackedLayout } from "../layout.ts";
import { bitsOf } from "../packed-cells.ts";
import { local, truth } from "../printer.ts";
import { fieldOf } from "./store-buffer.ts";
import type {
  AccessPrinter,
  ExclusiveAccess,
  LoadAccess,
  Mechanism,
  RmwAccess,
  StepPrinter,
  StepScope,
  StoreAccess,
} from "./types.ts";
import { fenced, ViewFlow } from "./views-follow.ts";
import { VIEW, VIEW_COUNT, type ViewsLayout } from "./views-layout.ts";
import { LOAD_KIND } from "./views-runtime.ts";
import { viewsRuntime } from "./views-tables.ts";
import { newest, pickOf, strongOf, Values } from "./views-values.ts";

const ORDER_FULL = "more stores are under way than the memory order has room for: give the machine more (messages)";
const PAIR_BROKEN =
  "a CPU stores between the halves of its own load-linked pair: what that does to the monitor is open";

/** Which of the two a compare-and-swap's result depends on. */
const EITHER = "for(let h=0;h<2;h++)";

class ViewedAccess implements AccessPrinter {
  readonly publish: string;
  readonly flow: ViewFlow;
  private readonly model: ViewModel;
  private readonly views: ViewsLayout;
  private readonly scope: StepScope;
  private readonly values: Values;
  private readonly cpu: number;

  constructor(p: StepPrinter, model: ViewModel, scope: StepScope) {
    this.model = model;
    this.views = viewsOf(p.layout);
    this.scope = scope;
    this.cpu = scope.cpuNumber;
    this.values = new Values(this.views, scope);
    this.flow = new ViewFlow(p.layout, model, this.views, scope, this.values);
    this.publish = `k=vend(O,k);if(N>M){${scope.limit(ORDER_FULL)}}`;
  }

  /** The views of a place's indices. */
  private index(place: Place): { strong: string; pick: string } {
    return {
      strong: newest(...place.index.map((e) => this.values.strong(e))),
      pick: newest(...place.index.map((e) => this.values.pick(e))),
    };
  }

  /** The local's views become those of what was loaded. */
  private taken(into: number): string {
    if (!this.values.carries(into)) return "";
    return `${strongOf(into)}=PV;${this.values.picks ? `${pickOf(into)}=PP;` : ""}`;
  }

  private plain(place: Place): string {
    return this.scope.readPlain(place.cell, place.index);
  }

  /** The value of message r, or the cell's own. */
  private message(place: Place): string {
    const { min } = this.scope.cell(place.cell);
    return `r===0?${this.plain(place)}:MV[r]${min === 0 ? "" : min < 0 ? `${min}` : `+${min}`}`;
  }

  /** A load that reads the cell itself, whatever the memory order. */
  private pass(place: Place, kind: number): string {
    const { strong, pick } = this.index(place);
    const at = this.values.element(place.cell, place.index, "strong");
    const picked = this.values.element(place.cell, place.index, "pick");
    const inside = this.scope.inside(place.cell, place.index);
    const view = (t: string | undefined): string =>
      t === undefined ? "0" : inside === "" ? `T[${t}]` : `(${inside}?T[${t}]:0)`;
    return `vpass(${this.cpu},${kind},${strong},${pick},${view(at)},${view(picked)});`;
  }

  load(access: LoadAccess): string {
    const { place, into, order } = access;
    const address = this.scope.address(place);
    const effect = this.model.load[order];
    const l = local(into);
    if (effect === "walk" || !this.scope.context) {
      if (address === undefined) return `${l}=${this.plain(place)};`;
      return `if(!vwalk(${this.cpu},${address},r))break S;${l}=${this.message(place)};`;
    }
    const kind = LOAD_KIND[effect];
    if (address === undefined) return `${this.pass(place, kind)}${l}=${this.plain(place)};${this.taken(into)}`;
    const { strong, pick } = this.index(place);
    const read = `if(!vread(${this.cpu},d,r,${kind},${strong},${pick}))break S;${l}=${this.message(place)};`;
    const link = access.kind === "load" && access.exclusive ? `vlink(${this.cpu},d,r);` : "";
    // The value first: its index may be the local itself.
    return `{const d=${address};${read}${link}}${this.taken(into)}`;
  }

  private guarded(place: Place): string {
    const inside = this.scope.inside(place.cell, place.index);
    const { name } = this.scope.cell(place.cell);
    return inside === "" ? "" : `if(!(${inside})){${this.scope.limit(`${name}: an index is out of bounds`)}}`;
  }

  private controlled(place: Place): string {
    const view = newest(...Object.values(this.index(place)));
    return view === "0" ? "" : `vctrl(${this.cpu},${view});`;
  }

  /** The message itself, with what a load there is forwarded; `x`, `y`: what an atomic operation has read. */
  private insert(place: Place, e: Expr, picked: string, release: boolean, x: string, y: number): string {
    const cell = this.scope.cell(place.cell);
    const { strong, pick } = this.index(place);
    const f = newest(strong, this.values.strong(e));
    const w = newest(pick, this.values.pick(e), picked);
    return this.scope.checked(
      e,
      cell,
      cell.name,
      (v) => `vput(${this.cpu},d,g,${bitsOf(v, cell.min)},${f},${w},${x},${y},${release});`,
    );
  }

  store(access: StoreAccess): string {
    const { place } = access;
    const address = this.scope.address(place);
    const release = this.model.store[access.order] === "release";
    const { strong, pick } = this.index(place);
    const data = this.values.any(access.value);
    if (address === undefined) {
      const own = `vown(${this.cpu},${release},${newest(strong, pick)},${data});`;
      return this.controlled(place) + own + this.scope.writeCell(place.cell, place.index, access.value);
    }
    const front = this.guarded(place) + this.controlled(place);
    const fits = `if(!vfits(${this.cpu},d,g,${release},${newest(strong, pick, data)}))break S;`;
    const put = this.insert(place, access.value, "0", release, "0", 0);
    return `${front}{const d=${address};vahead(S,a);${this.unpaired()}${fits}${put}${this.flow.moved()}}`;
  }

  private unpaired(): string {
    return this.views.used.monitors ? `if(XA[${this.cpu}]===d){${this.scope.limit(PAIR_BROKEN)}}` : "";
  }

  storeExclusive(access: ExclusiveAccess): string {
    const { place } = access;
    const address = defined(this.scope.address(place), "pairs are in the memory order");
    const release = this.model.store[access.order] === "release";
    const b = this.cpu * VIEW_COUNT;
    const linked = `T[${b + VIEW.linked}]`;
    const pair = newest(`T[${b + VIEW.linkedView}]`, `T[${b + VIEW.linkedPick}]`);
    const { strong, pick } = this.index(place);
    const x = newest(strong, pick, this.values.any(access.value), pair);
    const failed = local(access.failed);
    const { picks } = this.values;
    // The status depends on no load.
    const zero = this.values.carries(access.failed)
      ? `${strongOf(access.failed)}=0;${picks ? `${pickOf(access.failed)}=0;` : ""}`
      : "";
    const fits = `XA[${this.cpu}]!==d||vlast(d,g)!==${linked}||!vfits(${this.cpu},d,g,${release},${x})`;
    const put = this.insert(place, access.value, "0", release, `T[${b + VIEW.linkedView}]`, 0);
    const success = `if(${fits})break S;${put}vtied(d,g);${this.flow.moved()}${failed}=0;`;
    const front = this.guarded(place) + this.controlled(place);
    return `${front}{const d=${address};vahead(S,a);if(g<0)${failed}=1;else{${success}}}${zero}vunlink(${this.cpu});`;
  }

  rmw(access: RmwAccess): string {
    const { place, old } = access;
    const effect = this.model.rmw[access.order];
    const acquires = (effect === "acquire" || effect === "acquire_release") && !access.unread;
    const release = effect === "release" || effect === "acquire_release";
    const kind = access.unread ? LOAD_KIND.unread : acquires ? LOAD_KIND.acquire : LOAD_KIND.plain;
    const address = this.scope.address(place);
    const l = local(old);
    const { when } = access;
    const stores = when ? truth(this.scope, when) : "true";
    const picked = when ? this.values.without(old, () => this.values.any(when)) : "0";
    const data = this.values.without(old, () => this.values.any(access.value));
    const { strong, pick } = this.index(place);
    const x = newest(strong, pick, data, picked, "PO", "PP");
    const b = this.cpu * VIEW_COUNT;
    if (address === undefined) {
      const loaded = `${this.pass(place, kind)}${l}=${this.plain(place)};${this.taken(old)}`;
      const full = acquires && release ? `vboth(${this.cpu},T[${b + VIEW.writeOld}]);` : "";
      const write = this.scope.writeCell(place.cell, place.index, access.value);
      const put = `vown(${this.cpu},${release},${x},0);${full}${write}`;
      return `${this.controlled(place)}${loaded}if(${stores}){${put}}`;
    }
    const front = this.guarded(place) + this.controlled(place);
    const read = `if(!vread(${this.cpu},d,r,${kind},${strong},${pick}))break S;${l}=${this.message(place)};`;
    const given = this.compared(access);
    // What was loaded is part of the value, but not of what a later load is forwarded with.
    const depends = this.mentions(access.value, old) ? 1 : when ? 2 : 0;
    const put = this.values.without(old, () => this.insert(place, access.value, picked, release, "PO", depends));
    const full = acquires && release ? `vboth(${this.cpu},g+1);` : "";
    const fits = `if(vlast(d,g)!==r||!vfits(${this.cpu},d,g,${release},${x}))break S;`;
    const success = `${this.unpaired()}${fits}${put}vtied(d,g);${full}${this.swapped(access)}${this.flow.moved()}`;
    const store = when
      ? `if(${stores}){${success}}else{if(g!==r${given ? "||h!==0" : ""})break S;${this.taken(old)}}`
      : success;
    return `${front}{const d=${address};vahead(S,a);${read}${store}}`;
  }

  /** A compare-and-swap whose result carries views: the operand that it compares with. */
  private compared(access: Access): Expr | undefined {
    if (access.kind !== "rmw" || !this.values.carries(access.old)) return undefined;
    const { when, old } = access;
    return when?.kind === "binary" && when.op === "==" && when.a.kind === "local" && when.a.local === old
      ? when.b
      : undefined;
  }

  /**
   * The result of one that stores: it has the value of the operand as well as that of memory, and depends on either of
   * the two (h, one round each). Both pick it.
   */
  private swapped(access: RmwAccess): string {
    const given = this.compared(access);
    if (!given) return this.taken(access.old);
    const of = (print: () => string): string => this.values.without(access.old, print);
    const pick = newest(
      of(() => this.values.any(given)),
      "PO",
      "PP",
    );
    return `${pickOf(access.old)}=${pick};${strongOf(access.old)}=h===0?PV:${of(() => this.values.strong(given))};`;
  }

  private mentions(e: Expr, id: number): boolean {
    return JSON.stringify(e).includes(`{"kind":"local","local":${id}}`);
  }

  fence(order: FenceOrder): string {
    return fenced(this.cpu, this.model.fence[order]);
  }

  instruction(serialising: boolean): string {
    return fenced(this.cpu, this.model.instruction[serialising ? "serialising" : "other"]);
  }

  /** Loads, stores: one round per place in the memory order. */
  rounds(access: Access): number {
    if (!("place" in access) || !this.views.addresses.first.has(access.place.cell)) return 1;
    const places = this.views.depth + 1;
    if (access.kind === "rmw") return ((places * (places + 1)) / 2) * (this.compared(access) ? 2 : 1);
    return access.kind === "store_exclusive" ? places + 1 : places;
  }

  loop(access: Access): string {
    if (!("place" in access) || !this.views.addresses.first.has(access.place.cell)) return "";
    switch (access.kind) {
      case "store":
        return "for(let g=0,m=vload(S,a);g<=m;g++)";
      case "store_exclusive":
        return "for(let g=-1,m=vload(S,a);g<=m;g++)";
      case "rmw":
        return `for(let r=0,m=vload(S,a);r<=m;r++)for(let g=r;g<=m;g++)${this.compared(access) ? EITHER : ""}`;
      default:
        return "for(let r=0,m=vload(S,a);r<=m;r++)";
    }
  }
}

function viewsOf(layout: PackedLayout): ViewsLayout {
  return defined(layout.views, "the layout is of the same model");
}

/** Once nobody runs, every store is where it belongs: a function that puts all messages into their cells. */
function printSettle({ layout }: StepPrinter, name: string): string {
  const idle = layout.contexts.map((c) => `${fieldOf(c.pc)}===0`).join("&&") || "true";
  const plain = Array.from({ length: layout.plainWords }, (_, i) => `O[k+${i}]=S[a+${i}];`).join("");
  const reset = "N=0;T.fill(0);XA.fill(0);";
  return (
    `function ${name}(S,a,O,k){if(!(${idle})||vload(S,a)===0)return k;${plain}` +
    `for(let t=1;t<=N;t++)vbase(O,k,MA[t],MV[t]);${reset}return vpack(O,k);}\n`
  );
}

/** `fold`: false keeps every message until the end (for tests: nobody must be able to tell). */
export function viewMechanism(model: ViewModel, fold: boolean): Mechanism {
  return {
    runtime: ({ program, layout }) => viewsRuntime(program, layout, viewsOf(layout), fold),
    step: (p, scope) => new ViewedAccess(p, model, scope),
    transition: (p, name, cpu) => (cpu === 0 && viewsOf(p.layout).cells.length > 0 ? printSettle(p, name) : ""),
    atRest: (layout) => {
      const first = viewsOf(layout).packed.find(({ name }) => name === "MA[1]");
      return first ? [`${fieldOf(first.slot)}===0`] : [];
    },
  };
}
