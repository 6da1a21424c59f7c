// SPDX-License-Identifier: MIT
// One line of progress on stderr, and only on a terminal: a log file should not hold a thousand of them.
import type { Io } from "./io.ts";

export interface Progress {
  readonly update: (what: string, done: number, total: number | undefined) => void;
  /** Says a line to the user without garbling the progress line. */
  readonly note: (line: string) => void;
  readonly end: () => void;
}

const INTERVAL_MS = 100;
const CLEAR = "\r\x1b[K";

export function createProgress(io: Io, now: () => number = Date.now): Progress {
  let shown = false;
  let last = 0;
  const clear = (): void => {
    if (shown) io.err(CLEAR);
    shown = false;
  };
  return {
    update(what, done, total) {
      if (!io.errIsTerminal || now() - last < INTERVAL_MS) return;
      last = now();
      const count = done.toLocaleString("en-US");
      const part = total === undefined || total === 0 ? count : `${count} of ${total.toLocaleString("en-US")}`;
      io.err(`${CLEAR}${`${what}: ${part}`.slice(0, io.columns - 1)}`);
      shown = true;
    },
    note(line) {
      clear();
      io.err(`${line}\n`);
    },
    end: clear,
  };
}
