/** Where a command reads its surroundings and writes its answers; tests give their own. */
export interface CliIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Paths of the user are relative to this. */
  readonly cwd: string;
}

/** A flag of the command line; without `value` it is a switch. */
export interface Flag {
  readonly short?: string;
  /** What stands for its value in the help: "FILE". */
  readonly value?: string;
  readonly help: string;
}

/** Flags by their name on the command line, without the dashes. */
export type FlagTable = Readonly<Record<string, Flag>>;

export interface ParsedArgs {
  readonly operands: readonly string[];
  /** Values of the flags that were given. */
  readonly flags: Readonly<Record<string, string | true | undefined>>;
}

export interface Command {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** The names of its operands, all of which are needed: ["FILE"]. */
  readonly operands: readonly string[];
  /** The name of one more that may follow. */
  readonly optionalOperand?: string;
  readonly flags: FlagTable;
  run(args: ParsedArgs, io: CliIo): Promise<void>;
}

/** A run was cancelled and what it had finished is kept: the message says where. */
export class StoppedError extends Error {}

/** The user asked in a way that cannot be understood: exit code 2. */
export class UsageError extends Error {}

/** Returns the value of a flag, or undefined where it was not given. */
export function flagValue(args: ParsedArgs, name: string): string | undefined {
  const value = args.flags[name];
  return value === true ? undefined : value;
}

/** Returns the value of a flag that must be given. */
export function requiredFlag(args: ParsedArgs, name: string): string {
  const value = flagValue(args, name);
  if (value === undefined) throw new UsageError(`--${name} is missing.`);
  return value;
}

/** Tells whether a switch was given. */
export function hasFlag(args: ParsedArgs, name: string): boolean {
  return args.flags[name] !== undefined;
}

export const OUT_FLAG = { short: "o", value: "FILE", help: "Where the result goes." } as const;
export const JSON_FLAG = { help: "Print the answer as JSON." } as const;
