/**
 * The closed sets of errors. `message` is one sentence for the user that names the field and its value; `tag` and
 * `fields` are for code. They keep their tag across threads (src/contracts/errors.ts), so test with `isTagged`.
 */
export type FormatErrorTag =
  | "empty-file"
  | "truncated"
  | "not-this-format"
  | "bad-header"
  | "unsupported"
  | "bad-value"
  | "cannot-write";

export type ComputeErrorTag =
  | "bad-parameter"
  | "bad-input"
  | "out-of-memory"
  | "backend-failed"
  | "backend-unavailable";

export type ServiceErrorTag = "worker-crashed" | "worker-terminated" | "unknown";

export type ErrorTag = FormatErrorTag | ComputeErrorTag | ServiceErrorTag;

/** An error that says by its tag what kind it is, and in its message what is wrong. */
export class TaggedError<Tag extends ErrorTag = ErrorTag> extends Error {
  readonly tag: Tag;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(tag: Tag, message: string, fields: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.tag = tag;
    this.fields = fields;
  }
}

/** A file that cannot be read or written as asked. */
export class FormatError extends TaggedError<FormatErrorTag> {
  override readonly name = "FormatError";
}
/** A computation that cannot be done as asked. */
export class ComputeError extends TaggedError<ComputeErrorTag> {
  override readonly name = "ComputeError";
}
/** A worker that cannot answer. */
export class ServiceError extends TaggedError<ServiceErrorTag> {
  override readonly name = "ServiceError";
}

/** Tells whether `error` is one of ours with that tag; works for errors revived from another thread too. */
export function isTagged<Tag extends ErrorTag>(error: unknown, tag: Tag): error is TaggedError<Tag> {
  return error instanceof TaggedError && error.tag === tag;
}

/** Tells whether `error` is a cancel, which is not a failure. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** The error a cancelled task rejects with. */
export class AbortError extends Error {
  constructor(message = "Cancelled.") {
    super(message);
    this.name = "AbortError";
  }
}
