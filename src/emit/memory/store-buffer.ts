// SPDX-License-Identifier: MIT
// A FIFO of stores per CPU. The memory model's table decides which accesses go there, and which wait for it.
import type { MemoryModel, StoreBufferModel } from "../../../model/hw/memory/types.ts";
import { assert, defined, impossible } from "../../base/assert.ts";
import type { Access, Expr, FenceOrder, Place, Program } from "../../program/program.ts";
import { elements } from "../../program/program.ts";
import type { AddField, BufferLayout, PackedLayout, Slot } from "../layout.ts";
import { readSlot, writeElement, writeSlot } from "../packed-cells.ts";
import { local, truth } from "../printer.ts";
import { bitsFor } from "../ranges.ts";
import type { AccessPrinter, LoadAccess, Mechanism, RmwAccess, StepPrinter, StepScope, StoreAccess } from "./types.ts";

const BUFFER_FULL = "a store found the store buffer full: give the machine a deeper one (store_buffer)";

/** Memory cells that a store buffer can hold: the plain stores to what another CPU, or a walker, may look at. */
export function bufferedCells(program: Program, model: MemoryModel): number[] {
  const cells = new Set<number>();
  for (const { access } of program.codes.flatMap((c) => c.steps)) {
    if (access.kind !== "store" || model.store[access.order] !== "buffer") continue;
    const cell = defined(program.cells[access.place.cell], "cells exist");
    if (cell.storage === "memory" && !cell.own) cells.add(access.place.cell);
  }
  return [...cells].sort((a, b) => a - b);
}

export interface BufferLayouts {
  readonly buffers: readonly (readonly BufferLayout[])[];
  readonly addresses: ReadonlyMap<number, number>;
}

export function bufferLayouts(
  place: (address: number, value: number, cpu: number, entry: number) => BufferLayout,
  program: Program,
  model: StoreBufferModel,
  depth: number,
  add: AddField,
): BufferLayouts {
  const addresses = new Map<number, number>();
  let next = 1;
  let widest = 0;
  for (const id of bufferedCells(program, model)) {
    const cell = defined(program.cells[id], "cells exist");
    addresses.set(id, next);
    next += elements(cell);
    widest = Math.max(widest, bitsFor(cell));
  }
  if (addresses.size === 0) return { addresses, buffers: [] };
  const buffers = Array.from({ length: program.cpus }, (_, cpu) =>
    Array.from({ length: depth }, (__, i) => {
      const { address, value } = place(bitsFor({ min: 0, max: next - 1 }), Math.max(widest, 1), cpu, i);
      add(address, { name: `buffer@${cpu}[${i}].address`, kind: "buffer", of: i, cpu, element: 0, min: 0 });
      add(value, { name: `buffer@${cpu}[${i}].value`, kind: "buffer", of: i, cpu, element: 1, min: 0 });
      return { address, value };
    }),
  );
  return { addresses, buffers };
}

class BufferedAccess implements AccessPrinter {
  readonly publish: string;
  readonly flow = undefined;
  private readonly model: StoreBufferModel;
  private readonly scope: StepScope;
  private readonly buffer: readonly BufferLayout[];

  constructor(p: StepPrinter, model: StoreBufferModel, scope: StepScope) {
    this.model = model;
    this.scope = scope;
    this.buffer = p.layout.buffers[scope.cpuNumber] ?? [];
    this.publish = `k+=${p.layout.words};`;
  }

  private address(place: Place): string | undefined {
    return this.buffer.length === 0 ? undefined : this.scope.address(place);
  }

  private fromMemory(place: Place): string {
    return this.scope.readCell(place.cell, place.index);
  }

  /** Waits until this CPU's buffer is empty. */
  private drained(): string {
    const oldest = this.buffer[0];
    return oldest ? `if(${readSlot(oldest.address, 0)}!==0)break S;` : "";
  }

  /** The newest buffered store to the address, or `otherwise`. */
  private forwarded(place: Place, otherwise: string): string {
    const { min } = this.scope.cell(place.cell);
    const newestFirst = [...this.buffer].reverse();
    const chain = newestFirst.map((b) => `${readSlot(b.address, 0)}===d?${readSlot(b.value, min)}:`).join("");
    return `${chain}${otherwise}`;
  }

  load(access: LoadAccess): string {
    const l = local(access.into);
    const address = this.address(access.place);
    const effect = this.model.load[access.order];
    if (address === undefined || effect === "memory") return `${l}=${this.fromMemory(access.place)};`;
    if (effect === "forward")
      return `{const d=${address};${l}=${this.forwarded(access.place, this.fromMemory(access.place))};}`;
    // A walker: q is 0 for memory, 1 for a store of its own CPU that is still in the buffer.
    const seen = `${l}=q===0?m:${this.forwarded(access.place, "m")};`;
    return `{const d=${address};const m=${this.fromMemory(access.place)};${seen}if(q!==0&&${l}===m)break S;}`;
  }

  store(access: StoreAccess): string {
    const { place } = access;
    const address = this.address(place);
    if (address === undefined || this.model.store[access.order] === "memory") {
      return this.scope.writeCell(place.cell, place.index, access.value);
    }
    const cell = this.scope.cell(place.cell);
    const inside = this.scope.inside(place.cell, place.index);
    const guard =
      inside === "" ? "" : `if(!(${inside})){${this.scope.limit(`${cell.name}: an index is out of bounds`)}}`;
    return (
      guard +
      this.scope.checked(access.value, cell, cell.name, (v) => {
        const push = this.buffer.map(
          (b) =>
            `if(${readSlot(b.address, 0)}===0){${writeSlot(b.address, address, 0)}${writeSlot(b.value, v, cell.min)}}`,
        );
        return `${push.join("else ")}else{${this.scope.limit(BUFFER_FULL)}}`;
      })
    );
  }

  storeExclusive(): string {
    return impossible("load-linked pairs come under a memory model with monitors");
  }

  rmw(access: RmwAccess): string {
    const { place } = access;
    const wait = this.model.rmw[access.order] === "drain" ? this.drained() : "";
    const put = this.scope.writeCell(place.cell, place.index, access.value);
    const store = access.when ? `if(${this.condition(access.when)}){${put}}` : put;
    return `${wait}${local(access.old)}=${this.fromMemory(place)};${store}`;
  }

  private condition(e: Expr): string {
    return truth(this.scope, e);
  }

  fence(order: FenceOrder): string {
    return this.model.fence[order] === "drain" ? this.drained() : "";
  }

  instruction(serialising: boolean): string {
    const order = serialising ? this.model.instruction.serialising : this.model.instruction.other;
    return order === "drain" ? this.drained() : "";
  }

  rounds(access: Access): number {
    return access.kind === "load" &&
      this.model.load[access.order] === "either" &&
      this.address(access.place) !== undefined
      ? 2
      : 1;
  }

  loop(access: Access): string {
    return this.rounds(access) > 1 ? "for(let q=0;q<2;q++)" : "";
  }
}

/** A function that publishes the oldest buffered store of a CPU. */
function printDrain({ layout, program }: StepPrinter, name: string, buffer: readonly BufferLayout[]): string {
  const oldest = defined(buffer[0], "buffers have entries");
  const cases = [...layout.addresses].map(([id, base]) => {
    const cell = defined(program.cells[id], "cells exist");
    const count = elements(cell);
    const put = writeElement(
      program,
      layout,
      id,
      count === 1 ? "0" : `(d-${base})`,
      cell.min === 0 ? "v" : `(v+${cell.min})`,
    );
    return `if(d<${base + count}){${put}}`;
  });
  const shift = buffer.map((b, i) => {
    const next = buffer[i + 1];
    return (
      writeSlot(b.address, next ? readSlot(next.address, 0) : "0", 0) +
      writeSlot(b.value, next ? readSlot(next.value, 0) : "0", 0)
    );
  });
  const words = Array.from({ length: layout.words }, (_, i) => i);
  assert(cases.length > 0, "something is buffered");
  return (
    `function ${name}(S,a,O,k){let ${words.map((i) => `n${i}=S[a+${i}]`).join(",")};` +
    `const d=${readSlot(oldest.address, 0)};if(d===0)return k;const v=${readSlot(oldest.value, 0)};` +
    `${cases.join("else ")}${shift.join("")}` +
    `${words.map((i) => `O[k+${i}]=n${i};`).join("")}return k+${layout.words};}\n`
  );
}

/** Reads a field of the state at S[a]. */
export function fieldOf(slot: Slot): string {
  return readSlot(slot, 0).replace(/n(\d+)/g, (_, word: string) => `S[a+${word}]`);
}

export function storeBuffers(model: StoreBufferModel): Mechanism {
  return {
    runtime: () => "",
    step: (p, scope) => new BufferedAccess(p, model, scope),
    transition: (p, name, cpu) => {
      const buffer = p.layout.buffers[cpu];
      return buffer ? printDrain(p, name, buffer) : "";
    },
    atRest: ({ buffers }: PackedLayout) =>
      buffers.map((b) => `${fieldOf(defined(b[0], "buffers have entries").address)}===0`),
  };
}
