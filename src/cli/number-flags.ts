import { flagValue, type ParsedArgs, UsageError } from "./command";

/** How far a particle may be from its true one where nothing is said. */
export const DEFAULT_RADIUS_VOXELS = 10;

/** Returns the number of a flag that must be above 0. */
export function positiveFlag(args: ParsedArgs, name: string, fallback: number): number {
  const text = flagValue(args, name) ?? String(fallback);
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(`--${name} needs a number above 0, not "${text}".`);
}

/** Returns the numbers of a flag that takes several with commas between them, rising. */
export function numbersFlag(args: ParsedArgs, name: string, fallback: readonly number[]): number[] {
  const text = flagValue(args, name) ?? fallback.join(",");
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (values.some((value) => !Number.isFinite(value)))
    throw new UsageError(`--${name} needs numbers with commas between them, not "${text}".`);
  const rising = values.sort((a, b) => a - b);
  const twice = rising.find((value, i) => value === rising[i + 1]);
  if (twice !== undefined) throw new UsageError(`--${name} names ${twice} twice.`);
  return rising;
}

/** Returns the whole number of a flag that lies within limits. */
export function wholeFlag(
  args: ParsedArgs,
  name: string,
  fallback: number,
  [least, most]: readonly [least: number, most: number],
): number {
  const text = flagValue(args, name) ?? String(fallback);
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`--${name} needs a whole number from ${least} to ${most}, not "${text}".`);
}
