import type { Command } from "./command";

const WIDTH = 100;
const INDENT = "      ";

function wrap(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (INDENT.length + last.length + word.length + 1 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines.map((line) => INDENT + line);
}

/** Returns the list of commands. */
export function mainHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    "Usage: tomoscope COMMAND [OPTIONS]",
    "",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "tomoscope COMMAND --help explains a command; --version prints the version.",
    "Exit codes: 0 done, 1 failed, 2 wrong use.",
    "",
  ].join("\n");
}

/** Returns how a command is used: its operands and flags. */
export function commandHelp(command: Command): string {
  const flags = Object.entries(command.flags).flatMap(([name, { short, value, help }]) => [
    `  ${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`,
    ...wrap(help),
  ]);
  const optional = command.optionalOperand ? [`[${command.optionalOperand}]`] : [];
  const usage = ["Usage: tomoscope", command.name, ...command.operands, ...optional, "[OPTIONS]"].join(" ");
  return [
    usage,
    "",
    command.summary,
    "",
    "Options:",
    ...flags,
    "  -h, --help",
    ...wrap("Print this."),
    "",
  ].join("\n");
}
