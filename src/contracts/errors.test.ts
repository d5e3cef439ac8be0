import { expose, proxy, type TransferHandler, transferHandlers, wrap } from "comlink";
import { afterAll, describe, expect, it } from "vitest";
import { AbortError, ComputeError, FormatError, isAbort, isTagged, ServiceError } from "../core/errors";
import { fromWireError, installErrorTransfer, toWireError } from "./errors";

const roundTrip = (error: unknown) => fromWireError(structuredClone(toWireError(error)));

describe("wire errors", () => {
  it("keep class, tag, message, fields and stack", () => {
    const original = new FormatError("bad-header", "NX is -3.", { field: "NX", value: -3 });
    const revived = roundTrip(original);
    expect(revived).toBeInstanceOf(FormatError);
    expect(isTagged(revived, "bad-header")).toBe(true);
    expect(revived).toMatchObject({
      message: original.message,
      fields: original.fields,
      stack: original.stack,
    });
    expect(roundTrip(new ComputeError("out-of-memory", "x"))).toBeInstanceOf(ComputeError);
    expect(roundTrip(new ServiceError("worker-crashed", "x"))).toBeInstanceOf(ServiceError);
  });

  it("keep the chain of causes, also a circular one", () => {
    const root = new RangeError("root");
    const middle = new Error("middle", { cause: root });
    const revived = roundTrip(new ComputeError("backend-failed", "top", {}, middle));
    expect((revived.cause as Error).message).toBe("Error: middle");
    expect(((revived.cause as Error).cause as Error).message).toBe("RangeError: root");
    root.cause = middle;
    expect(toWireError(middle).causeChain.length).toBeLessThan(20);
  });

  it("keep a cancel a cancel", () => {
    expect(isAbort(roundTrip(new AbortError()))).toBe(true);
    expect(isAbort(roundTrip(new DOMException("gone", "AbortError")))).toBe(true);
  });

  it("turn what is not ours into ServiceError unknown", () => {
    const revived = roundTrip(new TypeError("x is undefined"));
    expect(isTagged(revived, "unknown")).toBe(true);
    expect(revived.message).toBe("x is undefined");
    expect((revived.cause as Error).message).toBe("TypeError: x is undefined");
    expect(roundTrip("plain text").message).toBe("plain text");
  });

  it("turn fields that no message can carry into text", () => {
    const revived = roundTrip(new ComputeError("bad-input", "x", { good: [1, 2], bad: () => 1 }));
    expect((revived as ComputeError).fields).toEqual({ good: [1, 2], bad: "() => 1" });
  });
});

describe("installErrorTransfer", () => {
  const { port1, port2 } = new MessageChannel();
  afterAll(() => {
    port1.close();
    port2.close();
  });

  it("brings errors through a remote call with class, tag and fields, both ways", async () => {
    const handlers: Map<string, TransferHandler<unknown, unknown>> = transferHandlers;
    installErrorTransfer(handlers);
    const service = {
      open: async (): Promise<string> => {
        throw new FormatError("truncated", "The file ends after 12 bytes.", { bytes: 12 });
      },
      callBack: async (back: () => Promise<void>) => {
        const error = await back().catch((e: unknown) => e);
        return isTagged(error, "bad-parameter");
      },
    };
    expose(service, port2);
    const remote = wrap<typeof service>(port1);
    const error = await remote.open().catch((e: unknown) => e);
    expect(isTagged(error, "truncated")).toBe(true);
    expect((error as FormatError).fields).toEqual({ bytes: 12 });
    const back = proxy(async () => {
      throw new ComputeError("bad-parameter", "no");
    });
    expect(await remote.callBack(back)).toBe(true);
  });
});
