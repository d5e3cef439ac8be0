import type { z } from "zod";
import { FormatError } from "../../core/errors";
import { plainIssue } from "./plain-issue";

/** Returns the value of a JSON text that fits `schema`; throws FormatError naming the first field that does not. */
export function parseJson<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  what: string,
): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError("not-this-format", `This is no ${what}: ${(cause as Error).message}.`, {}, cause);
  }
  const result = schema.safeParse(value, { error: plainIssue });
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  const field = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  const where = field.replace(/^\./, "") || "the file";
  throw new FormatError(
    "bad-value",
    `This is no ${what}: ${where}: ${message}.`,
    { field: where },
    result.error,
  );
}
