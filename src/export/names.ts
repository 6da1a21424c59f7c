// SPDX-License-Identifier: MIT
// What may stand in an exported text: identifiers and comments that are made of the model's names, whatever these are.

/** Promela's words, C's (pan.c has our names as they are), what gcc and libc define, and our own macros. */
const RESERVED = new Set(
  (
    "active assert atomic bit bool break byte chan do d_step d_proctype empty enabled else end_label eval except " +
    "false fi for full get_priority goto hidden if in init inline int len local ltl mtype nempty never nfull notrace " +
    "np_ nr_pr od of pc_value pid print printf printm priority proctype provided return run select set_priority " +
    "short show skip sorted timeout trace true typedef unless unsigned xr xs c_code c_decl c_expr c_state c_track " +
    "at_rest stuck mask_next mask_weight no_deadlock machine end"
  ).split(" "),
);
/** Fields of libc's structures can be macros. */
const LIBC = /^(st|sa|si|sc|d|c|s6|tv)_/;
const LONGEST = 60;

/** Hands out identifiers, each once. */
export class Names {
  private readonly taken = new Set<string>();

  /** Reads as `text` does, as far as an identifier can. All hold an underscore: pan's own variables have none. */
  of(text: string): string {
    const plain = text
      .replace(/[^A-Za-z0-9]+/g, "_")
      .replace(/^[_\d]+|_+$/g, "")
      .slice(0, LONGEST);
    const odd = !plain.includes("_") || RESERVED.has(plain) || LIBC.test(plain) || /^[A-Z_\d]+$/.test(plain);
    const name = odd ? `x_${plain}` : plain;
    let unique = name;
    for (let n = 2; this.taken.has(unique); n++) unique = `${name}_${n}`;
    this.taken.add(unique);
    return unique;
  }
}

/** In a comment: nothing in it ends the comment, or is a directive, a trigraph, or an odd character. */
export function commentText(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, " ")
    .replace(/\*\/|\/\*|\?\?|\\/g, " ")
    .replace(/[*/]+$/, "")
    .trim();
}

/** The same, over as many lines as it takes. */
export function commentLines(text: string): string[] {
  return (
    commentText(text)
      .match(/.{1,110}(?:\s|$)|\S+/g)
      ?.map((line) => line.trimEnd()) ?? []
  );
}
