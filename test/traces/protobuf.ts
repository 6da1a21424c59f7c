// SPDX-License-Identifier: MIT
// A writer of protocol buffers for tests, as plain as can be: bytes in, bytes out.

export type Bytes = readonly number[];

export function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

/** A number; negative ones as int32 and int64 are sent. */
export function num(field: number, value: number | bigint): number[] {
  return [...varint(field * 8), ...varint(value)];
}

/** A message, made of its fields. */
export function msg(field: number, ...fields: Bytes[]): number[] {
  const content = fields.flat();
  return [...varint(field * 8 + 2), ...varint(content.length), ...content];
}

export function text(field: number, value: string): number[] {
  return msg(field, [...new TextEncoder().encode(value)]);
}

/** A packed array. */
export function packed(field: number, values: readonly (number | bigint)[]): number[] {
  return msg(field, values.flatMap(varint));
}

/** TracePacket with the given fields. */
export function packet(...fields: Bytes[]): number[] {
  return msg(1, ...fields);
}

export interface EventOptions {
  readonly pid?: number;
  readonly flags?: number;
}

/** FtraceEvent: `payload` is its event, as a field. */
export function event(time: number | bigint, payload: Bytes, { pid, flags }: EventOptions = {}): number[] {
  return msg(2, num(1, time), pid === undefined ? [] : num(2, pid), flags === undefined ? [] : num(5, flags), payload);
}

/** A packet with a FtraceEventBundle. */
export function bundle(cpu: number, ...fields: Bytes[]): number[] {
  return packet(msg(1, num(1, cpu), ...fields));
}

export interface SwitchFields {
  readonly prev: readonly [comm: string, pid: number, prio: number];
  readonly state: number;
  readonly next: readonly [comm: string, pid: number, prio: number];
}

/** sched_switch, as the payload of an event. */
export function schedSwitch({ prev, state, next }: SwitchFields): number[] {
  return msg(
    4,
    text(1, prev[0]), num(2, prev[1]), num(3, prev[2]), num(4, state),
    text(5, next[0]), num(6, next[1]), num(7, next[2]),
  ); // biome-ignore format: in order
}

/** GenericFtraceEvent: a field's value is text, a signed number, or an unsigned one (bigint). */
export function generic(name: string, fields: Readonly<Record<string, string | number | bigint>>): number[] {
  const field = ([key, value]: [string, string | number | bigint]) => {
    const sent = typeof value === "string" ? text(3, value) : num(typeof value === "bigint" ? 5 : 4, value);
    return msg(2, text(1, key), sent);
  };
  return msg(327, text(1, name), ...Object.entries(fields).map(field));
}

/** Utsname of SystemInfo. */
export function systemInfo(release: string, machine: string, cpus: number): number[] {
  return packet(msg(45, msg(1, text(3, release), text(4, machine)), num(8, cpus)));
}
