// SPDX-License-Identifier: MIT
// The ring buffer's pages of one CPU, event by event.
//
//   page   u64 time of its start; long: bytes of data (27 bits), 1 << 30 and 1 << 31 (events were lost before); data
//   event  u32: 5 bits type and 27 bits of time since the event before; then, by type
//          1 … 28  so many words of data
//          0       u32 length (that of itself included), data
//          29      nothing more on this page (time 0), or u32 length of something thrown away
//          30      u32: upper bits of the time to add      31      u32: upper bits of a time that is absolute

const DATA_BYTES = (1 << 27) - 1;
const LOST = 1 << 31;
const LOST_STORED = 1 << 30;
const TYPE = { explicit: 0, padding: 29, extend: 30, absolute: 31 } as const;
const UPPER = 2 ** 27;
/** What an absolute time has no room for comes from the page. */
const ABSOLUTE = 2 ** 59;

/** Where things are on a page. */
export interface PageShape {
  readonly little: boolean;
  readonly pageSize: number;
  /** Of `commit`, the kernel's long. */
  readonly longSize: number;
  readonly commitAt: number;
  readonly dataAt: number;
}

/** By the text of header_page; what it does not say is as it always was. */
export function pageShape(headerPage: string, little: boolean, pageSize: number, longSize: number): PageShape {
  const field = (name: string) => new RegExp(`\\b${name};\\s*offset:(\\d{1,3});\\s*size:(\\d{1,9});`).exec(headerPage);
  const commit = field("commit");
  const size = Number(commit?.[2]);
  const long = size === 4 || size === 8 ? size : longSize;
  const commitAt = Number(commit?.[1] ?? 8);
  return { little, pageSize, longSize: long, commitAt, dataAt: Number(field("data")?.[1] ?? commitAt + long) };
}

export const STEP = { event: 0, needsPages: 1 } as const;

export class RingCursor {
  readonly cpu: number;
  /** The current event's time and data. */
  time = 0;
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);
  at = 0;
  end = 0;
  /** Events lost before the current one: -1 none, 0 nobody knows how many. */
  lost = -1;
  pages = 0;
  /** Pages on which something makes no sense; the rest of each was skipped. */
  brokenPages = 0;

  readonly #shape: PageShape;
  #nextPage = 0;
  #next = 0;
  #dataEnd = 0;
  #pageTime = 0;
  /** Time since the page's start, or since the last absolute time. */
  #delta = 0;

  constructor(cpu: number, shape: PageShape) {
    this.cpu = cpu;
    this.#shape = shape;
  }

  /** Gives it whole pages to read next. */
  load(pages: Uint8Array): void {
    this.bytes = pages;
    this.view = new DataView(pages.buffer, pages.byteOffset, pages.length);
    this.#nextPage = this.#next = this.#dataEnd = 0;
  }

  /** Goes to the next event. */
  step(): number {
    const { little } = this.#shape;
    for (;;) {
      if (this.#next + 4 > this.#dataEnd) {
        if (!this.#openPage()) return STEP.needsPages;
        continue;
      }
      const header = this.view.getUint32(this.#next, little);
      const type = little ? header & 31 : header >>> 27;
      const delta = little ? header >>> 5 : header & 0x7ff_ffff;
      const at = this.#next + 4;
      if (type > 0 && type < TYPE.padding) {
        this.#delta += delta;
        if (this.#event(at, at + type * 4)) return STEP.event;
      } else if (this.#special(type, delta, at)) return STEP.event;
    }
  }

  /** Anything but a short event; true if it is an event. */
  #special(type: number, delta: number, at: number): boolean {
    if (type === TYPE.padding && delta === 0) {
      this.#next = this.#dataEnd;
      return false;
    }
    if (at + 4 > this.#dataEnd) return this.#broken();
    const word = this.view.getUint32(at, this.#shape.little);
    if (type === TYPE.extend) this.#delta += word * UPPER + delta;
    else if (type === TYPE.absolute) {
      this.#pageTime = Math.floor(this.#pageTime / ABSOLUTE) * ABSOLUTE + word * UPPER + delta;
      this.#delta = 0;
    } else {
      this.#delta += delta;
      if (type === TYPE.explicit) return word < 4 ? this.#broken() : this.#event(at + 4, at + word);
      if (word > this.#dataEnd - at) return this.#broken();
      this.#next = at + word;
      return false;
    }
    this.#next = at + 4;
    return false;
  }

  #event(at: number, end: number): boolean {
    if (end > this.#dataEnd) return this.#broken();
    this.at = at;
    this.end = end;
    this.#next = (end + 3) & ~3;
    this.time = this.#pageTime + this.#delta;
    return true;
  }

  /** Nothing more can be read on this page. */
  #broken(): false {
    this.brokenPages++;
    this.#next = this.#dataEnd;
    return false;
  }

  #openPage(): boolean {
    const { little, pageSize, longSize, commitAt, dataAt } = this.#shape;
    const page = this.#nextPage;
    if (page + pageSize > this.bytes.length) return false;
    this.#nextPage = page + pageSize;
    this.pages++;
    this.#pageTime = this.#number64(page);
    this.#delta = 0;
    const lowWord = longSize === 8 && !little ? 4 : 0;
    const commit = this.view.getUint32(page + commitAt + lowWord, little);
    const length = commit & DATA_BYTES;
    this.#next = page + dataAt;
    this.#dataEnd = Math.min(this.#next + length, page + pageSize);
    if (this.#next + length > page + pageSize) this.brokenPages++;
    if ((commit & LOST) !== 0) {
      const stored = (commit & LOST_STORED) !== 0 && this.#dataEnd + longSize <= page + pageSize;
      const count = stored ? this.#long(this.#dataEnd) : 0;
      this.lost = Number.isSafeInteger(count) ? Math.max(this.lost, 0) + count : 0;
    }
    return true;
  }

  #long(at: number): number {
    return this.#shape.longSize === 4 ? this.view.getUint32(at, this.#shape.little) : this.#number64(at);
  }

  #number64(at: number): number {
    const { little } = this.#shape;
    return (
      this.view.getUint32(at + (little ? 4 : 0), little) * 2 ** 32 + this.view.getUint32(at + (little ? 0 : 4), little)
    );
  }
}
