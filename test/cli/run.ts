// SPDX-License-Identifier: MIT
// The command line in this process, with its output as text.
import { main } from "../../src/cli/main.ts";

export async function lazymm(...args: string[]): Promise<{ exit: number; out: string; err: string }> {
  const printed = { out: "", err: "" };
  const exit = await main(args, {
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
    outIsTerminal: false,
    errIsTerminal: false,
    columns: 80,
    env: {},
    signal: new AbortController().signal,
  });
  return { exit, ...printed };
}
