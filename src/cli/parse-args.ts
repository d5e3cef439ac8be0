import { parseArgs as nodeParseArgs } from "node:util";
import { type Command, type ParsedArgs, UsageError } from "./command";

const NEGATIVE = /^-[\d.]/;

/** Joins a flag with a value that begins with a minus sign (`--tilt -60,60`), which would look like a flag. */
function joinNegative(command: Command, argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i].startsWith("--") ? argv[i].slice(2) : null;
    const takesValue = name !== null && command.flags[name]?.value !== undefined;
    if (takesValue && NEGATIVE.test(argv[i + 1] ?? "")) joined.push(`${argv[i]}=${argv[++i]}`);
    else joined.push(argv[i]);
  }
  return joined;
}

/** Returns the operands and flags of a command; throws UsageError naming what is unknown, missing or too much. */
export function parseArgs(command: Command, argv: readonly string[]): ParsedArgs {
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, { short, value }]) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), ...(short ? { short } : {}) },
    ]),
  );
  const { tokens } = nodeParseArgs({
    args: joinNegative(command, argv),
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags: Record<string, string | true> = {};
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const flag = command.flags[token.name];
    if (!flag) throw new UsageError(`${command.name} has no flag ${token.rawName}.`);
    if (flag.value === undefined && token.value !== undefined)
      throw new UsageError(`${token.rawName} takes no value.`);
    // `-o --json` is a value forgotten; one that does begin with a dash is given as `--out=-name`.
    const forgotten = !token.value || (!token.inlineValue && token.value.startsWith("-"));
    if (flag.value !== undefined && forgotten) throw new UsageError(`${token.rawName} needs a value.`);
    flags[token.name] = token.value ?? true;
  }
  const missing = command.operands[operands.length];
  if (missing) throw new UsageError(`${missing} is missing.`);
  const extra = operands[command.operands.length + (command.optionalOperand ? 1 : 0)];
  if (extra !== undefined) throw new UsageError(`${command.name} takes no further operand "${extra}".`);
  return { operands, flags };
}
