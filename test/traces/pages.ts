// SPDX-License-Identifier: MIT
// Pages as Android's systrace writes them, around a text of ftrace.

const VIEWER = '<script>if(linuxPerfData){f("sched_switch: prev_comm=")}</script>\n<style>.trace-data { }</style>\n';
const TAIL = "\n</body>\n</html>\n";

/** The older kind of page: a string of JavaScript. */
export function asString(trace: string): string {
  const body = trace.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n\\\n");
  return `<!DOCTYPE html>\n<html>\n${VIEWER}  <script>\n  var linuxPerfData = "\\\n${body}";\n  </script>${TAIL}`;
}

/** The newer kind: blocks of text. */
export function asBlocks(...blocks: string[]): string {
  const scripts = blocks.map((text) => `  <script class="trace-data" type="application/text">\n${text}  </script>\n`);
  return `<!DOCTYPE html>\n<html>\n${VIEWER}<!-- BEGIN TRACE -->\n${scripts.join("")}<!-- END TRACE -->${TAIL}`;
}
