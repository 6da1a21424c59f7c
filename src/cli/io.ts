// SPDX-License-Identifier: MIT
// The outside world as the CLI sees it. Everything that prints takes an Io, so that a test can be the terminal.
import { EXIT } from "./errors.ts";

export interface Io {
  /** Data: what a pipe or a file should get. */
  readonly out: (text: string) => void;
  /** Everything said to a person. */
  readonly err: (text: string) => void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first SIGINT: a job then returns what it has. */
  readonly signal: AbortSignal;
}

/** A reader that has seen enough (`| head`) is not an error, and nobody wants to read about it. */
function endQuietlyOnBrokenPipe(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.ok);
    throw error;
  });
}

/** The first SIGINT asks for a partial result; the second one does not ask. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () => {
    controller.abort();
    process.once("SIGINT", () => process.exit(EXIT.interrupted));
  });
  return controller.signal;
}

export function processIo(): Io {
  endQuietlyOnBrokenPipe(process.stdout);
  endQuietlyOnBrokenPipe(process.stderr);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    columns: process.stdout.columns ?? 80,
    env: process.env,
    signal: interruptSignal(),
  };
}
