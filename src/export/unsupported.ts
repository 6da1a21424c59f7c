// SPDX-License-Identifier: MIT

/** What the text of another checker cannot say, or we do not know how to: never guessed, never dropped. */
export class UnsupportedError extends Error {
  override name = "UnsupportedError";
}
