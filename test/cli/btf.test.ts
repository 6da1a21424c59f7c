// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { type Btf, memberOf, parametersOf, readBtf } from "../../src/cli/record/btf.ts";
import { asElf, BtfBuilder } from "./btf-builder.ts";

/** struct mm_struct as 6.12 nests it: mm_count in an anonymous structure, context a typedef of a structure. */
function sample(littleEndian = true): Uint8Array {
  const b = new BtfBuilder();
  const u64 = b.int("u64", 8);
  const u32 = b.int("u32", 4);
  const atomic = b.aggregate("struct", "", 4, [{ name: "counter", type: u32, at: 0 }]);
  const atomicT = b.typedef("atomic_t", atomic);
  const line = b.aggregate("struct", "", 64, [{ name: "mm_count", type: atomicT, at: 0 }]);
  const context = b.aggregate("struct", "", 32, [
    { name: "ctx_id", type: u64, at: 0 },
    { name: "tlb_gen", type: u64, at: 64 },
  ]);
  const contextT = b.constant(b.typedef("mm_context_t", context));
  const outer = b.aggregate("union", "", 1000, [
    { name: "", type: line, at: 0 },
    { name: "mm_users", type: atomicT, at: 132 * 8 },
    { name: "context", type: contextT, at: 984 * 8 },
  ]);
  b.aggregate("struct", "mm_struct", 1400, [
    { name: "", type: outer, at: 0 },
    { name: "cpu_bitmap", type: b.array(u64, u32, 0), at: 1344 * 8 },
  ]);
  b.aggregate("struct", "tlb_state", 128, [{ name: "ctxs", type: b.array(u64, u32, 6), at: 32 * 8 }]);
  b.aggregate("struct", "mmu_gather", 64, [
    { name: "end", type: u64, at: 24 * 8 },
    { name: "fullmm", type: u32, at: 32 * 8, bits: 1 },
    { name: "need_flush_all", type: u32, at: 32 * 8 + 1, bits: 1 },
  ]);
  b.func("switch_mm_irqs_off", ["unused", "next", "tsk"], b.pointer(u64));
  b.func("leave_mm", [], u64);
  return b.build(littleEndian);
}

function read(bytes: Uint8Array): Btf {
  const btf = readBtf(bytes);
  if (!btf.ok) throw new Error(btf.error);
  return btf.value;
}

describe.each([
  ["little-endian", sample(true)],
  ["big-endian", sample(false)],
  ["in an ELF file", asElf(sample(true))],
  ["at an odd offset of a larger buffer", new Uint8Array([0, 0, 0, ...sample(true)]).subarray(3)],
])("BTF, %s", (_what, bytes) => {
  const btf = read(bytes);

  test.each([
    ["mm_struct", "mm_count", 0], // through two anonymous levels
    ["mm_struct", "mm_users", 132],
    ["mm_struct", "context", 984],
    ["mm_struct", "context.ctx_id", 984], // through const and typedef
    ["mm_struct", "context.tlb_gen", 992],
    ["mm_struct", "cpu_bitmap", 1344],
    ["mmu_gather", "end", 24], // in a structure with bit fields, offsets are encoded otherwise
    ["mmu_gather", "fullmm", 32],
    ["mmu_gather", "need_flush_all", 32], // the word that holds it
  ])("%s.%s is at %i", (struct, member, offset) => {
    expect(memberOf(btf, struct, member)?.offset).toBe(offset);
  });

  test("length of an array", () => {
    expect(memberOf(btf, "tlb_state", "ctxs")).toEqual({ offset: 32, elements: 6 });
  });

  test("what is not there", () => {
    expect(memberOf(btf, "mm_struct", "context.nothing")).toBeUndefined();
    expect(memberOf(btf, "mm_struct", "mm_users.counter.more")).toBeUndefined();
    expect(memberOf(btf, "nothing", "x")).toBeUndefined();
  });

  test("parameters of functions", () => {
    expect(parametersOf(btf, "switch_mm_irqs_off")).toEqual(["unused", "next", "tsk"]);
    expect(parametersOf(btf, "leave_mm")).toEqual([]);
    expect(parametersOf(btf, "nothing")).toBeUndefined();
  });
});

describe("what is no BTF is refused with a reason", () => {
  const good = sample();
  test.each<[string, Uint8Array, RegExp]>([
    ["empty", new Uint8Array(0), /too short/],
    ["text", new TextEncoder().encode("Linux version 6.12.113, and more than that"), /neither BTF nor an ELF/],
    ["cut off", good.subarray(0, good.length - 10), /cut off/],
    ["an ELF file without it", asElf(good).map((byte) => (byte === 0x42 ? 0x58 : byte)), /no \.BTF section/],
    ["an ELF file, cut off", asElf(good).subarray(0, 200), /beyond the end/],
    ["a kind from the future", good.map((byte, i) => (i === 31 ? 0x1f : byte)), /not known \(31\)/],
  ])("%s", (_what, bytes, reason) => {
    const result = readBtf(bytes);
    expect(result.ok ? "accepted" : result.error).toMatch(reason);
  });

  test("any flipped byte is refused or read, never an exception", () => {
    for (let i = 0; i < good.length; i++) {
      const result = readBtf(good.map((byte, j) => (j === i ? byte ^ 0xff : byte)));
      if (!result.ok) continue;
      for (const struct of ["mm_struct", "tlb_state", "mmu_gather"]) memberOf(result.value, struct, "context.tlb_gen");
      parametersOf(result.value, "switch_mm_irqs_off");
    }
  });
});
