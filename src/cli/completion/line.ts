// SPDX-License-Identifier: MIT
// What can be typed on a command line, as data: read off the program itself, so that no option can be forgotten.
import type { Argument, Command, Option } from "commander";

export type Names = "designs" | "scenarios" | "models" | "profiles";

/** What may follow an option, or stand as an argument. */
export interface Values {
  readonly words: readonly string[];
  readonly files: "none" | "any" | "folders";
  /** Separated by commas. */
  readonly list: boolean;
}
export interface OptionLine {
  /** `-d`, `--design`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** undefined: a switch. */
  readonly value: Values | undefined;
  /** May be given more than once. */
  readonly repeats: boolean;
}
export interface CommandLine {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionLine[];
  readonly argument: Values | undefined;
  readonly repeats: boolean;
}
export interface Line {
  readonly commands: readonly CommandLine[];
  /** Before any command. */
  readonly options: readonly OptionLine[];
}

type Kind = Names | "kinds" | "shells" | "commands" | "files" | "folders" | "free";

/** By the name of an option or argument; those with choices of their own need no line here. */
const KINDS: Readonly<Record<string, readonly [kind: Kind, orFile?: "or a file"]>> = {
  "--design": ["designs", "or a file"],
  "--model": ["models"],
  "--profile": ["profiles"],
  "--mutant": ["free"],
  "--function": ["free"],
  "--path": ["free"],
  "--max-states": ["free"],
  "--max-memory": ["free"],
  "--timeout": ["free"],
  "--jobs": ["free"],
  "--threads": ["free"],
  "--reduce": ["free"],
  "--weaken": ["free"],
  "--split": ["free"],
  "--time": ["free"],
  "--cpus": ["free"],
  "--pid": ["free"],
  "--checkpoint": ["folders"],
  "--overlay": ["folders"],
  "--root": ["folders"],
  "--kernel": ["files"],
  "--oracle": ["files"],
  "--output": ["files"],
  paths: ["files"],
  trace: ["files"],
  names: ["scenarios", "or a file"],
  scenario: ["scenarios", "or a file"],
  what: ["kinds"],
  shell: ["shells"],
  command: ["commands"],
};

export const KIND_NAMES: readonly Names[] = ["designs", "scenarios", "models", "profiles"];
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export type KnownNames = Readonly<Record<Names, readonly string[]>>;

function wordsOf(kind: Kind, names: KnownNames, commands: readonly string[]): readonly string[] {
  switch (kind) {
    case "kinds":
      return KIND_NAMES;
    case "shells":
      return SHELLS;
    case "commands":
      return commands;
    case "files":
    case "folders":
    case "free":
      return [];
    default:
      return names[kind];
  }
}

/** Turns the program into data; throws if it has an option or argument that KINDS does not know. */
export function lineOf(program: Command, names: KnownNames): Line {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const commandNames = commands.map((command) => command.name());

  const valuesOf = (name: string, choices: readonly string[] | undefined, list: boolean): Values => {
    if (choices !== undefined) return { words: choices, files: "none", list };
    const known = KINDS[name];
    if (known === undefined) throw new Error(`lazymm bug: completion knows nothing about ${name}`);
    const [kind, orFile] = known;
    const files = kind === "folders" ? "folders" : kind === "files" || orFile !== undefined ? "any" : "none";
    return { words: wordsOf(kind, names, commandNames), files, list };
  };
  const optionLine = (option: Option): OptionLine => {
    const flags = [option.short, option.long].filter((flag) => flag !== undefined && flag !== null);
    const repeats = Array.isArray(option.defaultValue);
    const takes = option.required || option.optional;
    const value = takes ? valuesOf(option.long ?? "", option.argChoices, repeats) : undefined;
    return { flags, description: option.description, value, repeats };
  };
  /** The word that a command takes: one of its subcommands, or an argument of its own or of any of these. */
  const argumentOf = (command: Command): Values | undefined => {
    const own: Argument[] = [command, ...command.commands].flatMap((one) => one.registeredArguments[0] ?? []);
    const values = own.map((argument) => valuesOf(argument.name(), argument.argChoices, false));
    const [first] = values;
    const formats = command.commands.map((one) => one.name());
    return first && { ...first, words: [...new Set([...formats, ...values.flatMap(({ words }) => words)])] };
  };
  /** Those of its subcommands are its own: each by its name once. */
  const optionsOf = (command: Command): OptionLine[] => {
    const all = [command, ...command.commands].flatMap((one) => help.visibleOptions(one));
    return [...new Map(all.map((option) => [option.long ?? option.flags, optionLine(option)])).values()];
  };
  return {
    options: help.visibleOptions(program).map(optionLine),
    commands: commands.map((command) => ({
      name: command.name(),
      summary: command.summary() || command.description(),
      options: optionsOf(command),
      argument: argumentOf(command),
      repeats: command.registeredArguments[0]?.variadic === true || command.commands.length > 0,
    })),
  };
}
