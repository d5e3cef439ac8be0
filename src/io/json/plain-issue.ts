import type { z } from "zod";

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
};

const quoted = (values: readonly unknown[], between: string) =>
  values.map((value) => JSON.stringify(value)).join(between);

function sizeIssue(origin: string, words: string, bound: number | bigint): string {
  if (origin === "array") return `must have ${words} ${bound} ${bound === 1 ? "entry" : "entries"}`;
  if (origin === "string") return bound === 1 ? "must not be empty" : `must have ${words} ${bound} letters`;
  return `must be ${words} ${bound}`;
}

/** Returns what is wrong with a field in plain words that go on after its name; undefined where zod's own have to do. */
export function plainIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return "is missing";
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${quoted(issue.values, " or ")}`;
    case "unrecognized_keys":
      return `there is no field ${quoted(issue.keys, ", ")}`;
    case "too_small":
      return sizeIssue(issue.origin, issue.inclusive ? "at least" : "above", issue.minimum);
    case "too_big":
      return sizeIssue(issue.origin, issue.inclusive ? "at most" : "below", issue.maximum);
    default:
      return undefined;
  }
}
