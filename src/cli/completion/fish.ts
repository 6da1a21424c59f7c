// SPDX-License-Identifier: MIT
// Completion for fish.
import type { CommandLine, Line, OptionLine, Values } from "./line.ts";

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

/** -x: a value and no files; -r -F: a value, files too. */
function valueFlags({ words, files, list }: Values): string[] {
  const flags = files === "any" ? ["-r", "-F"] : ["-x"];
  const command = list ? `__lazymm_list ${words.join(" ")}` : words.join(" ");
  if (files === "folders") flags.push("-a", quoted("(__fish_complete_directories)"));
  else if (words.length > 0) flags.push("-a", quoted(list ? `(${command})` : command));
  return flags;
}

function optionLine({ flags, description, value }: OptionLine, condition: string): string {
  const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const values = value === undefined ? [] : valueFlags(value);
  return ["complete -c lazymm", `-n ${quoted(condition)}`, ...names, ...values, `-d ${quoted(description)}`].join(" ");
}

function commandLines({ name, summary, options, argument }: CommandLine): string[] {
  const within = `__fish_seen_subcommand_from ${name}`;
  const lines = [
    `complete -c lazymm -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ...options.map((option) => optionLine(option, within)),
  ];
  if (argument === undefined) return lines;
  if (argument.files !== "none") lines.push(`complete -c lazymm -n ${quoted(within)} -F`);
  if (argument.words.length > 0)
    lines.push(`complete -c lazymm -n ${quoted(within)} -a ${quoted(argument.words.join(" "))}`);
  return lines;
}

export function fishScript({ commands, options }: Line): string {
  return [
    "# The names given, behind those that are there already, with a comma between them.",
    "function __lazymm_list",
    "    set -l before (commandline -ct | string match -r '^(?:.*[=,])?' | string replace -r '^--[^=]*=' '')",
    '    for name in $argv; printf "%s%s\\n" "$before" $name; end',
    "end",
    "",
    "complete -c lazymm -f",
    ...options.map((option) => optionLine(option, "__fish_use_subcommand")),
    ...commands.flatMap(commandLines),
    "",
  ].join("\n");
}
