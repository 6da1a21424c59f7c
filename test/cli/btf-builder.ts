// SPDX-License-Identifier: MIT
// Builds BTF for tests: structures and functions by name, with the same encoding that a kernel build uses.

export interface MemberSpec {
  /** "" is an anonymous structure or union. */
  readonly name: string;
  /** Type id, as the methods of the builder return them; 0 is void. */
  readonly type: number;
  /** In bits. */
  readonly at: number;
  /** Width in bits of a bit field. */
  readonly bits?: number;
}

const KIND = { int: 1, pointer: 2, array: 3, struct: 4, union: 5, typedef: 8, const: 10, func: 12, proto: 13 } as const;

export class BtfBuilder {
  private readonly words: number[] = [];
  private strings = "\0";
  private types = 0;

  private text(name: string): number {
    if (name === "") return 0;
    const at = this.strings.length;
    this.strings += `${name}\0`;
    return at;
  }

  private add(name: string, kind: number, ref: number, vlen = 0, flag = false, rest: readonly number[] = []): number {
    this.words.push(this.text(name), ((flag ? 0x80000000 : 0) | (kind << 24) | vlen) >>> 0, ref, ...rest);
    this.types += 1;
    return this.types;
  }

  int(name: string, bytes: number): number {
    return this.add(name, KIND.int, bytes, 0, false, [bytes * 8]);
  }
  pointer(to: number): number {
    return this.add("", KIND.pointer, to);
  }
  array(of: number, index: number, elements: number): number {
    return this.add("", KIND.array, 0, 0, false, [of, index, elements]);
  }
  typedef(name: string, of: number): number {
    return this.add(name, KIND.typedef, of);
  }
  constant(of: number): number {
    return this.add("", KIND.const, of);
  }
  aggregate(kind: "struct" | "union", name: string, bytes: number, members: readonly MemberSpec[]): number {
    const flag = members.some((member) => member.bits !== undefined);
    const rest = members.flatMap((member) => [
      this.text(member.name),
      member.type,
      ((member.bits ?? 0) << 24) | member.at,
    ]);
    return this.add(name, KIND[kind], bytes, members.length, flag, rest);
  }
  func(name: string, parameters: readonly string[], type: number): number {
    const rest = parameters.flatMap((parameter) => [this.text(parameter), type]);
    const proto = this.add("", KIND.proto, 0, parameters.length, false, rest);
    return this.add(name, KIND.func, proto);
  }

  build(littleEndian = true): Uint8Array {
    const header = 24;
    const bytes = new Uint8Array(header + this.words.length * 4 + this.strings.length);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, 0xeb9f, littleEndian);
    view.setUint8(2, 1);
    const typeBytes = this.words.length * 4;
    [header, 0, typeBytes, typeBytes, this.strings.length].forEach((value, i) => {
      view.setUint32(4 + i * 4, value, littleEndian);
    });
    this.words.forEach((word, i) => {
      view.setUint32(header + i * 4, word, littleEndian);
    });
    for (let i = 0; i < this.strings.length; i++) bytes[header + typeBytes + i] = this.strings.charCodeAt(i);
    return bytes;
  }
}

/** Wraps bytes as the .BTF section of a small 64-bit ELF file. */
export function asElf(section: Uint8Array): Uint8Array {
  const names = "\0.shstrtab\0.BTF\0";
  const at = { names: 64, btf: 64 + names.length, headers: 64 + names.length + section.length };
  const bytes = new Uint8Array(at.headers + 3 * 64);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  view.setBigUint64(40, BigInt(at.headers), true);
  view.setUint16(58, 64, true);
  view.setUint16(60, 3, true);
  view.setUint16(62, 1, true);
  for (let i = 0; i < names.length; i++) bytes[at.names + i] = names.charCodeAt(i);
  bytes.set(section, at.btf);
  const header = (i: number, name: number, offset: number, size: number): void => {
    view.setUint32(at.headers + i * 64, name, true);
    view.setBigUint64(at.headers + i * 64 + 24, BigInt(offset), true);
    view.setBigUint64(at.headers + i * 64 + 32, BigInt(size), true);
  };
  header(1, 1, at.names, names.length);
  header(2, 11, at.btf, section.length);
  return bytes;
}
