import { z } from "zod";
import { plainIssue } from "./plain-issue";

const told = (sentence: string) => ({
  error: ({ input }: { readonly input?: unknown }) => (input === undefined ? "is missing" : sentence),
});

/** Returns the schema of a number in a range, both ends of which are told where it is not. */
export function numberIn(least: number, most: number) {
  const words = told(`must be a number from ${least} to ${most}`);
  return z.number(words).min(least, words).max(most, words);
}

/** Returns the schema of a number above 0. */
export function positiveUpTo(most: number) {
  const words = told(`must be a number above 0, at most ${most}`);
  return z.number(words).positive(words).max(most, words);
}

/** Returns the schema of a whole number in a range, which has no end where `most` is not given. */
export function wholeIn(least: number, most = Number.MAX_SAFE_INTEGER) {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const words = told(`must be a whole number ${range}`);
  return z.int(words).min(least, words).max(most, words);
}

/** The schema of a colour. */
export const color = z.string().regex(/^#[0-9a-f]{6}$/i, { error: 'must be a colour such as "#56b4e9"' });

/** Returns a schema that reads a value by another one: what the value is meant to be decides what an error is about. */
export function chosenBy<Schema extends z.ZodType>(choose: (value: unknown) => Schema) {
  return z.unknown().transform((value, context): z.output<Schema> => {
    const result = choose(value).safeParse(value, { error: plainIssue });
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues)
      context.addIssue({ code: "custom", path: [...path], message });
    return z.NEVER;
  });
}
