// SPDX-License-Identifier: MIT
// What goes into a mailbox comes out, in order and once, wherever the ring and its counters wrap around.
import { expect, test } from "vitest";
import { Mailbox } from "../../src/checker/mailbox.ts";

const WORDS = 3;

/** Two ends of one mailbox, as two threads have them; `start`: states that went through it before. */
function ends(capacity: number, start: number) {
  const states = new Int32Array(new SharedArrayBuffer(4 * WORDS * capacity));
  const counters = new Int32Array(new SharedArrayBuffer(12));
  counters.fill(start | 0, 1);
  return { sender: new Mailbox(states, WORDS, counters, 1), receiver: new Mailbox(states, WORDS, counters, 1) };
}

function received(receiver: Mailbox): number[] {
  const words: number[] = [];
  const count = receiver.receive((states, from, to) => words.push(...states.subarray(from, to)));
  expect(words).toHaveLength(count * WORDS);
  return words;
}

test.each([
  ["new", 0],
  ["in the middle", 5],
  ["where the counters wrap around", 2 ** 31 - 3],
])("a ring of 8, %s", (_, start) => {
  const { sender, receiver } = ends(8, start);
  expect(received(receiver)).toEqual([]);
  const all = Int32Array.from({ length: 20 * WORDS }, (__, i) => i + 1);
  const came: number[] = [];
  for (let sent = 0; came.length < all.length; ) {
    const before = sent;
    sent = sender.send(all, sent, Math.min(all.length, sent + 5 * WORDS));
    // Room for five and then for three: a full mailbox takes what fits, and then nothing.
    sent = sender.send(all, sent, all.length);
    expect(sent - before).toBe(Math.min(8 * WORDS, all.length - before));
    expect(sender.send(all, sent, all.length)).toBe(sent);
    came.push(...received(receiver));
  }
  expect(came).toEqual([...all]);
  expect(received(receiver)).toEqual([]);
});

test("its memory says how much it holds, and has to hold whole states, as counters wrap around", () => {
  const counters = new Int32Array(2);
  expect(() => new Mailbox(new Int32Array(8 * WORDS), WORDS + 1, counters, 0)).toThrow(/a power of two/);
  expect(() => new Mailbox(new Int32Array(6 * WORDS), WORDS, counters, 0)).toThrow(/a power of two/);
});
