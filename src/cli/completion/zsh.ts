// SPDX-License-Identifier: MIT
// Completion for zsh: to be sourced behind compinit, or as the file _lazymm in a folder of $fpath.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the shell expands them
import type { CommandLine, Line, OptionLine, Values } from "./line.ts";

/** Within single quotes, and within the [] or behind the : of a specification. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''").replace(/[[\]:\\]/g, "\\$&");
}

/** The functions that complete values; equal ones are one. */
class Helpers {
  private readonly names = new Map<string, string>();

  /** The action of a specification. The space in front keeps `_arguments` from passing options of its own. */
  action({ words, files, list }: Values): string {
    const file = files === "folders" ? "_files -/" : "_files";
    if (words.length === 0) return files === "none" ? " " : file;
    const offer = list ? `_sequence compadd - ${words.join(" ")}` : `compadd - ${words.join(" ")}`;
    // Files where no name fits.
    const body = files === "none" ? offer : `${offer} || ${file}`;
    const name = this.names.get(body) ?? `_lazymm_${this.names.size + 1}`;
    this.names.set(body, name);
    return ` ${name}`;
  }

  print(): string[] {
    return [...this.names].map(([body, name]) => `${name}() { ${body} }`);
  }
}

function optionSpec({ flags, description, value, repeats }: OptionLine, helpers: Helpers): string {
  const text = `[${quoted(description)}]`;
  const values = value === undefined ? "" : `:value:${helpers.action(value)}`;
  const once = repeats ? "'*'" : `'(${flags.join(" ")})'`;
  const forms = flags.map((flag) => (value === undefined ? flag : flag.startsWith("--") ? `${flag}=` : `${flag}+`));
  const names = forms.length === 1 ? `'${forms[0]}` : `{${forms.join(",")}}'`;
  return `${once}${names}${text}${values}'`;
}

function commandCase({ name, options, argument, repeats }: CommandLine, helpers: Helpers): string[] {
  const specs = options.map((option) => optionSpec(option, helpers));
  if (argument !== undefined) specs.push(`'${repeats ? "*" : "1"}:${name}:${helpers.action(argument)}'`);
  return [
    `        ${name})`,
    "          _arguments -s \\",
    `            ${specs.join(" \\\n            ")}`,
    "          ;;",
  ];
}

export function zshScript({ commands, options }: Line): string {
  const helpers = new Helpers();
  const cases = commands.flatMap((command) => commandCase(command, helpers));
  return [
    ...helpers.print(),
    "",
    "_lazymm() {",
    "  local curcontext=$curcontext state line",
    "  local -a commands",
    "  typeset -A opt_args",
    "  commands=(",
    ...commands.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`),
    "  )",
    "  _arguments -C \\",
    ...options.map((option) => `    ${optionSpec(option, helpers)} \\`),
    "    '1: :->command' '*:: :->rest'",
    "  case $state in",
    "    command) _describe command commands ;;",
    "    rest)",
    "      curcontext=${curcontext%:*:*}:lazymm-$line[1]:",
    "      case $line[1] in",
    ...cases,
    "      esac",
    "      ;;",
    "  esac",
    "}",
    "# From $fpath this file is the function; sourced, it only declares it.",
    'if [[ $funcstack[1] == _lazymm ]]; then _lazymm "$@"; else compdef _lazymm lazymm; fi',
    "",
  ].join("\n");
}
