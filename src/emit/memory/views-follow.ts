// SPDX-License-Identifier: MIT
// How views follow values through a step: into locals and elements, over branches, and to the next step.
import type { ViewFence, ViewModel } from "../../../model/hw/memory/types.ts";
import type { Expr, Place, Step } from "../../program/program.ts";
import type { PackedLayout } from "../layout.ts";
import type { FlowPrinter, StepScope } from "./types.ts";
import { type ValueView, VIEW, VIEW_COUNT, type ViewsLayout } from "./views-layout.ts";
import { newest, pickOf, strongOf, type Values } from "./views-values.ts";

const DIRECT_WRITE = "an instruction writes shared memory past the memory order";

const FENCE: Readonly<Record<ViewFence, string>> = {
  full: "vfull",
  loads: "vloads",
  stores: "vstores",
  isb: "visb",
  complete: "vcomplete",
  complete_stores: "vcompletestores",
  complete_own_stores: "vcompleteown",
  own_walks: "vownwalks",
  none: "",
};

export function fenced(cpu: number, fence: ViewFence): string {
  return FENCE[fence] === "" ? "" : `${FENCE[fence]}(${cpu});`;
}

export class ViewFlow implements FlowPrinter {
  private readonly model: ViewModel;
  private readonly views: ViewsLayout;
  private readonly scope: StepScope;
  private readonly values: Values;
  private readonly places: ReadonlyMap<number, ValueView>;
  /** Locals of the step whose views are variables. */
  private declared: readonly number[] = [];
  /** The place of a read-modify-write. */
  private place: Place | undefined;

  constructor(layout: PackedLayout, model: ViewModel, views: ViewsLayout, scope: StepScope, values: Values) {
    this.model = model;
    this.views = views;
    this.scope = scope;
    this.values = values;
    const context = scope.context ? layout.contexts.indexOf(scope.context) : -1;
    this.places = views.locals[context] ?? new Map();
  }

  private names(): string[] {
    return this.declared.flatMap((l) => [strongOf(l), ...(this.values.picks ? [pickOf(l)] : [])]);
  }

  /** After a message was put behind g. */
  moved(): string {
    return this.names()
      .map((name) => `if(${name}>g)${name}++;`)
      .join("");
  }

  private exception(): string {
    const { context, code, cpuNumber } = this.scope;
    return context && code.kind === "interrupt" ? fenced(cpuNumber, this.model.exception) : "";
  }

  begin(step: Step, locals: readonly number[], entry: boolean): string {
    this.place = step.access.kind === "rmw" ? step.access.place : undefined;
    this.declared = locals.filter((l) => this.values.carries(l));
    const live = new Set(step.live);
    const init = (l: number, which: keyof ValueView): string => {
      const at = this.places.get(l);
      return live.has(l) && at ? `T[${at[which]}]` : "0";
    };
    const names = this.declared.flatMap((l) => [
      `${strongOf(l)}=${init(l, "strong")}`,
      ...(this.values.picks ? [`${pickOf(l)}=${init(l, "pick")}`] : []),
    ]);
    const taken = entry ? this.exception() : "";
    return `vload(S,a);${names.length > 0 ? `let ${names.join(",")};` : ""}${taken}`;
  }

  assign(id: number, e: Expr): string {
    if (!this.values.carries(id)) return "";
    // The pick view first: it may look at the strong one.
    const pick = this.values.picks ? `${pickOf(id)}=${this.values.pick(e)};` : "";
    return `${pick}${strongOf(id)}=${this.values.strong(e)};`;
  }

  put(cell: number, index: readonly Expr[], e: Expr, released: boolean): string {
    if (this.views.addresses.first.has(cell)) return this.scope.limit(DIRECT_WRITE);
    const strong = this.values.element(cell, index, "strong");
    const pick = this.values.element(cell, index, "pick");
    const handed = this.views.handed.get(cell);
    const own = `T[${this.scope.cpuNumber * VIEW_COUNT + VIEW.readNew}]`;
    const texts = [
      ...(pick === undefined
        ? []
        : [`T[${pick}]=${newest(this.values.pick(e), ...index.map((i) => this.values.pick(i)))};`]),
      ...(strong === undefined
        ? []
        : [`T[${strong}]=${newest(this.values.strong(e), ...index.map((i) => this.values.strong(i)))};`]),
      ...(handed === undefined ? [] : [`T[${this.values.at(handed, cell, index)}]=${released ? own : "0"};`]),
    ];
    return texts.join("");
  }

  read(cell: number, index: readonly Expr[], text: string): string {
    const inside = this.scope.inside(cell, index);
    const guarded = (read: string): string => (inside === "" ? read : `(${inside}?${read}:${text})`);
    const first = this.views.addresses.first.get(cell);
    if (first !== undefined) {
      const { min } = this.scope.cell(cell);
      // A guard on what an atomic operation loads, as of a lock, looks at the message that it would load.
      const loaded = this.place?.cell === cell && JSON.stringify(this.place.index) === JSON.stringify(index);
      if (loaded) return `(r===0?${text}:MV[r]${min < 0 ? min : `+${min}`})`;
      return guarded(`vnow(${this.values.at(first, cell, index)},${min},${text})`);
    }
    const handed = this.views.handed.get(cell);
    if (handed === undefined || !this.scope.context) return text;
    return guarded(`vsync(${this.scope.cpuNumber},${this.values.at(handed, cell, index)},${text})`);
  }

  branch(test: Expr): string {
    const view = this.values.any(test);
    return view === "0" ? "" : `vctrl(${this.scope.cpuNumber},${view});`;
  }

  leave(live: readonly number[] | undefined): string {
    if (!this.scope.context) return "";
    const places = new Map<number, string>();
    for (const { strong, pick } of this.places.values()) {
      places.set(strong, "0");
      if (this.values.picks) places.set(pick, "0");
    }
    for (const l of live ?? []) {
      const at = this.places.get(l);
      if (!at) continue;
      places.set(at.strong, strongOf(l));
      if (this.values.picks) places.set(at.pick, pickOf(l));
    }
    const texts = [...places].map(([at, view]) => `T[${at}]=${view};`);
    return texts.join("") + (live === undefined ? this.exception() : "");
  }
}
