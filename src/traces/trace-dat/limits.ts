// SPDX-License-Identifier: MIT
// Beyond these a file is not a trace but rubbish, or made to be a burden.

/** A ring's page is a page of the kernel, or (since 6.8) as large as the user wished. */
export const MIN_PAGE = 1024;
export const MAX_PAGE = 1 << 22;
/** Kinds of row that one file may have. */
export const MAX_KINDS_READ = 4096;
/** Values of one event. A probe has up to 128. */
export const MAX_VALUES = 512;
/** Text of a `print fmt`. */
export const MAX_PRINT_FORMAT = 1 << 17;
/** Bytes of a value that is put together from several, and of a mark. */
export const MAX_TEXT = 256;
