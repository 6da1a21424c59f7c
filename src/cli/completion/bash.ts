// SPDX-License-Identifier: MIT
// Completion for bash, 3.2 or newer, without the bash-completion package.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the shell expands them
import type { CommandLine, Line, OptionLine, Values } from "./line.ts";

/** What offers these values: names, and files where no name fits. */
function offer({ words, files, list }: Values): string {
  const names = words.length === 0 ? [] : [`${list ? "_lazymm_list" : "_lazymm_words"} "${words.join(" ")}"`];
  const paths = files === "none" ? [] : [`_lazymm_files ${files === "folders" ? "-d" : "-f"}`];
  const offers = [...names, ...paths];
  return offers.length === 0 ? ":" : offers.join("; ");
}

function flagsOf(options: readonly OptionLine[]): string {
  return options.flatMap(({ flags }) => flags).join(" ");
}

/** `COMMAND OPTION) …`: what follows an option that takes a value. */
function valueCases({ name, options }: CommandLine): string[] {
  return options.flatMap(({ flags, value }) => {
    if (value === undefined) return [];
    return [`    ${flags.map((flag) => `"${name} ${flag}"`).join(" | ")}) ${offer(value)}; return ;;`];
  });
}

function commandCase({ name, options, argument }: CommandLine): string[] {
  const otherwise = argument === undefined ? "" : ` else ${offer(argument)};`;
  return [`    ${name}) if [[ $cur == -* ]]; then _lazymm_words "${flagsOf(options)}";${otherwise} fi ;;`];
}

export function bashScript({ commands, options }: Line): string {
  const names = commands.map(({ name }) => name);
  return [
    "_lazymm_words() {",
    "  local word",
    '  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$cur")',
    "}",
    "",
    "# The last of the names that commas separate.",
    "_lazymm_list() {",
    "  local word before=",
    "  if [[ $cur == *,* ]]; then before=${cur%,*},; fi",
    '  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -P "$before" -- "${cur##*,}")',
    "}",
    "",
    "# Only where no name fits.",
    "_lazymm_files() {",
    "  local word",
    "  if [[ -n ${COMPREPLY[0]} ]]; then return; fi",
    "  compopt -o filenames 2> /dev/null",
    '  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$1" -- "$cur")',
    "}",
    "",
    "_lazymm() {",
    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command= i",
    "  COMPREPLY=()",
    "  # --option=value comes as three words.",
    '  if [[ $cur == "=" ]]; then',
    "    cur=",
    '  elif [[ $prev == "=" ]]; then',
    "    prev=${COMP_WORDS[COMP_CWORD - 2]}",
    "  fi",
    "  for ((i = 1; i < COMP_CWORD; i++)); do",
    `    case \${COMP_WORDS[i]} in ${names.join(" | ")}) command=\${COMP_WORDS[i]}; break ;; esac`,
    "  done",
    '  case "$command $prev" in',
    ...commands.flatMap(valueCases),
    "  esac",
    "  case $command in",
    ...commands.flatMap(commandCase),
    `    *) _lazymm_words "${names.join(" ")} ${flagsOf(options)}" ;;`,
    "  esac",
    "}",
    "complete -F _lazymm lazymm",
    "",
  ].join("\n");
}
