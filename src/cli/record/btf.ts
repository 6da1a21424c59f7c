// SPDX-License-Identifier: MIT
// Reads BTF, the type information that a kernel carries about itself: where in a structure a member lies, and what
// the parameters of a function are called. A pure function of the bytes of /sys/kernel/btf/vmlinux or of a vmlinux.
// Format: Documentation/bpf/btf.rst. Left out: everything that is not about structures and function prototypes.
import { err, ok, type Result } from "../../base/result.ts";

const MAGIC = 0xeb9f;
const KIND = {
  int: 1,
  array: 3,
  struct: 4,
  union: 5,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  func: 12,
} as const;
const FUNC_PROTO = 13;
const TYPE_TAG = 18;

/** Bytes behind the 12-byte header of a type: fixed, and per element of its `vlen`. Indexed by kind. */
const EXTRA: readonly (readonly [fixed: number, each: number])[] = [
  [0, 0], // 0 void
  [4, 0], // 1 int
  [0, 0], // 2 pointer
  [12, 0], // 3 array
  [0, 12], // 4 struct
  [0, 12], // 5 union
  [0, 8], // 6 enum
  [0, 0], // 7 forward declaration
  [0, 0], // 8 typedef
  [0, 0], // 9 volatile
  [0, 0], // 10 const
  [0, 0], // 11 restrict
  [0, 0], // 12 function
  [0, 8], // 13 function prototype
  [4, 0], // 14 variable
  [0, 12], // 15 data section
  [0, 0], // 16 float
  [4, 0], // 17 declaration tag
  [0, 0], // 18 type tag
  [0, 12], // 19 enum64
];

export interface Btf {
  readonly view: DataView;
  readonly littleEndian: boolean;
  readonly strings: number;
  readonly stringsEnd: number;
  /** Offset of each type's header; type 0 is void and has none. */
  readonly types: readonly number[];
  /** Structures and functions by name. A name may have several: a forward declaration, or two that differ. */
  readonly byName: ReadonlyMap<string, readonly number[]>;
}

export interface Member {
  /** Bytes from the start of the outermost structure. A bit field is in the 32-bit word at this offset. */
  readonly offset: number;
  /** Number of elements if it is an array. */
  readonly elements: number | undefined;
}

interface Type {
  readonly kind: number;
  readonly vlen: number;
  readonly kindFlag: boolean;
  /** Size, or the type that this one refers to. */
  readonly ref: number;
  readonly name: number;
  readonly at: number;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The `.BTF` section of a 64-bit ELF file. */
function sectionOfElf(bytes: Uint8Array): Result<Uint8Array, string> {
  const view = viewOf(bytes);
  if (bytes.length < 64 || view.getUint8(4) !== 2) return err("it is an ELF file, but not a 64-bit one");
  const le = view.getUint8(5) === 1;
  const headers = Number(view.getBigUint64(40, le));
  const size = view.getUint16(58, le);
  const count = view.getUint16(60, le);
  const header = (i: number): number => headers + i * size;
  if (header(count) > bytes.length) return err("its section table lies beyond the end of the file");
  const offset = (at: number): number => Number(view.getBigUint64(at + 24, le));
  const names = offset(header(view.getUint16(62, le)));
  for (let i = 0; i < count; i++) {
    const name = names + view.getUint32(header(i), le);
    if (String.fromCharCode(...bytes.subarray(name, name + 5)) !== ".BTF\0") continue;
    const start = offset(header(i));
    return ok(bytes.subarray(start, start + Number(view.getBigUint64(header(i) + 32, le))));
  }
  return err("it has no .BTF section (built without CONFIG_DEBUG_INFO_BTF)");
}

function typeAt(btf: Pick<Btf, "view" | "littleEndian">, at: number): Type {
  const info = btf.view.getUint32(at + 4, btf.littleEndian);
  return {
    kind: (info >>> 24) & 0x1f,
    vlen: info & 0xffff,
    kindFlag: info >>> 31 === 1,
    ref: btf.view.getUint32(at + 8, btf.littleEndian),
    name: btf.view.getUint32(at, btf.littleEndian),
    at,
  };
}

function stringAt(btf: Omit<Btf, "types" | "byName">, offset: number): string {
  let text = "";
  for (let at = btf.strings + offset; at < btf.stringsEnd; at++) {
    const char = btf.view.getUint8(at);
    if (char === 0) break;
    text += String.fromCharCode(char);
  }
  return text;
}

export function readBtf(file: Uint8Array): Result<Btf, string> {
  const elf = file[0] === 0x7f && file[1] === 0x45 && file[2] === 0x4c && file[3] === 0x46;
  const section = elf ? sectionOfElf(file) : ok(file);
  if (!section.ok) return section;
  const view = viewOf(section.value);
  if (view.byteLength < 24) return err("it is too short to be BTF");
  const littleEndian = view.getUint16(0, true) === MAGIC;
  if (!littleEndian && view.getUint16(0, false) !== MAGIC) return err("it is neither BTF nor an ELF file");
  const word = (at: number): number => view.getUint32(at, littleEndian);
  const start = word(4) + word(8);
  const end = start + word(12);
  const strings = word(4) + word(16);
  const stringsEnd = strings + word(20);
  if (end > view.byteLength || stringsEnd > view.byteLength) return err("it is cut off");
  return index({ view, littleEndian, strings, stringsEnd }, start, end);
}

function index(base: Omit<Btf, "types" | "byName">, start: number, end: number): Result<Btf, string> {
  const types = [-1];
  const byName = new Map<string, number[]>();
  for (let at = start; at < end; ) {
    if (at + 12 > end) return err("its last type is cut off");
    const type = typeAt(base, at);
    const extra = EXTRA[type.kind];
    // A kind from the future has a length that cannot be known, and nothing behind it could be found.
    if (extra === undefined) return err(`it has a kind of type that is not known (${type.kind})`);
    if (type.kind === KIND.struct || type.kind === KIND.func) {
      const name = stringAt(base, type.name);
      const ids = byName.get(name);
      if (ids === undefined) byName.set(name, [types.length]);
      else ids.push(types.length);
    }
    types.push(at);
    at += 12 + extra[0] + extra[1] * type.vlen;
    if (at > end) return err("its last type is cut off");
  }
  return ok({ ...base, types, byName });
}

/** The type behind typedefs and qualifiers. */
function resolve(btf: Btf, id: number): Type | undefined {
  for (let hops = 0; hops < 32; hops++) {
    const at = btf.types[id];
    if (at === undefined || at < 0) return undefined;
    const type = typeAt(btf, at);
    const transparent = type.kind >= KIND.typedef && type.kind <= KIND.restrict;
    if (!transparent && type.kind !== TYPE_TAG) return type;
    id = type.ref;
  }
  return undefined;
}

function findMember(btf: Btf, type: Type, path: readonly string[], base: number, depth = 0): Member | undefined {
  // Only a damaged file nests deeper (a structure cannot contain itself).
  if ((type.kind !== KIND.struct && type.kind !== KIND.union) || depth > 32) return undefined;
  for (let i = 0; i < type.vlen; i++) {
    const at = type.at + 12 + i * 12;
    const name = stringAt(btf, btf.view.getUint32(at, btf.littleEndian));
    const raw = btf.view.getUint32(at + 8, btf.littleEndian);
    const bits = type.kindFlag ? raw & 0xffffff : raw;
    const isBitField = type.kindFlag && raw >>> 24 !== 0;
    const offset = base + (isBitField ? (bits >>> 5) * 4 : bits >>> 3);
    if (name !== "" && name !== path[0]) continue;
    const inner = resolve(btf, btf.view.getUint32(at + 4, btf.littleEndian));
    if (name !== "" && path.length === 1) return { offset, elements: inner && elementsOf(btf, inner) };
    const found = inner && findMember(btf, inner, name === "" ? path : path.slice(1), offset, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function elementsOf(btf: Btf, type: Type): number | undefined {
  return type.kind === KIND.array ? btf.view.getUint32(type.at + 20, btf.littleEndian) : undefined;
}

/** Where `path` (`context.ctx_id`) lies in a structure; anonymous structures and unions on the way are seen through. */
export function memberOf(btf: Btf, struct: string, path: string): Member | undefined {
  for (const id of btf.byName.get(struct) ?? []) {
    const found = findMember(btf, typeAt(btf, btf.types[id]!), path.split("."), 0);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The names of a function's parameters, or undefined if the function is not there. */
export function parametersOf(btf: Btf, name: string): readonly string[] | undefined {
  for (const id of btf.byName.get(name) ?? []) {
    const func = typeAt(btf, btf.types[id]!);
    const proto = func.kind === KIND.func ? resolve(btf, func.ref) : undefined;
    if (proto?.kind !== FUNC_PROTO) continue;
    const nameOf = (i: number): string => stringAt(btf, btf.view.getUint32(proto.at + 12 + i * 8, btf.littleEndian));
    return Array.from({ length: proto.vlen }, (_, i) => nameOf(i));
  }
  return undefined;
}
