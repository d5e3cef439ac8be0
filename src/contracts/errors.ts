import {
  AbortError,
  ComputeError,
  type ComputeErrorTag,
  type ErrorTag,
  FormatError,
  type FormatErrorTag,
  isAbort,
  ServiceError,
  type ServiceErrorTag,
  TaggedError,
} from "../core/errors";

type ErrorFamily = "FormatError" | "ComputeError" | "ServiceError" | "AbortError";

/** An error as it crosses between threads: plain data, revived with its class, tag and fields on the other side. */
export interface WireError {
  readonly family: ErrorFamily;
  /** null for a cancel. */
  readonly tag: ErrorTag | null;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** "name: message" of the causes, the nearest first. */
  readonly causeChain: readonly string[];
  readonly stack: string;
}

const LONGEST_CAUSE_CHAIN = 8;

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

function causesOf(error: unknown): string[] {
  const chain: string[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && chain.length < LONGEST_CAUSE_CHAIN) {
    chain.push(describe(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return chain;
}

/** A field that a message cannot carry (a function, a stream) travels as its text. */
function cloneable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return String(value);
  }
}

/** Returns any thrown value as plain data. What is not one of ours becomes a ServiceError "unknown" with its message. */
export function toWireError(error: unknown): WireError {
  const message = error instanceof Error ? error.message : String(error);
  const stack = (error instanceof Error && error.stack) || "";
  const common = { message, causeChain: causesOf(error), stack };
  if (isAbort(error)) return { ...common, family: "AbortError", tag: null, fields: {} };
  if (!(error instanceof TaggedError)) {
    const causeChain = [describe(error), ...common.causeChain];
    return { ...common, causeChain, family: "ServiceError", tag: "unknown", fields: {} };
  }
  // By instanceof: the names of classes do not survive minification.
  const family =
    error instanceof FormatError
      ? "FormatError"
      : error instanceof ComputeError
        ? "ComputeError"
        : "ServiceError";
  const fields = Object.fromEntries(Object.entries(error.fields).map(([name, v]) => [name, cloneable(v)]));
  return { ...common, family, tag: error.tag, fields };
}

/** Returns the error that a wire form stands for: `instanceof`, tag, fields and causes are those of the other side. */
export function fromWireError({ family, tag, message, fields, causeChain, stack }: WireError): Error {
  const cause = causeChain.reduceRight<Error | undefined>(
    (inner, text) => new Error(text, { cause: inner }),
    undefined,
  );
  const error =
    family === "AbortError"
      ? new AbortError(message)
      : family === "FormatError"
        ? new FormatError(tag as FormatErrorTag, message, fields, cause)
        : family === "ComputeError"
          ? new ComputeError(tag as ComputeErrorTag, message, fields, cause)
          : new ServiceError(tag as ServiceErrorTag, message, fields, cause);
  if (stack) error.stack = stack;
  return error;
}

interface TransferHandler {
  canHandle(value: unknown): boolean;
  serialize(value: never): [unknown, Transferable[]];
  deserialize(value: never): unknown;
}

/**
 * Makes thrown errors keep their class, tag and fields: replaces the "throw" entry of the transfer handlers given (those of
 * the remote-call library, which would send message, name and stack alone). Both sides of a worker call it once.
 */
export function installErrorTransfer(handlers: Map<string, TransferHandler>): void {
  const original = handlers.get("throw");
  if (!original) return;
  handlers.set("throw", {
    canHandle: original.canHandle,
    serialize: ({ value }: { value: unknown }): [WireError, Transferable[]] => [toWireError(value), []],
    deserialize: (wire: WireError) => {
      throw fromWireError(wire);
    },
  });
}
