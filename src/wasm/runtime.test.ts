import { afterEach, describe, expect, test } from "vitest";
import { isTagged } from "../core/errors";
import { createWasmRuntime, type WasmRuntime } from "./runtime";

let runtime: WasmRuntime;
afterEach(() => runtime.dispose());

describe.each([1, 2])("with %i threads", (threads) => {
  test("every item of a job is done exactly once", async () => {
    runtime = await createWasmRuntime({ threads });
    const count = 10_007;
    const block = 100;
    const pointer = runtime.alloc(4 * count);
    const values = runtime.f32(pointer, count);
    for (let round = 1; round <= 50; round++) {
      runtime.parallel("fillF32", Math.ceil(count / block), pointer, count, block, round / 2);
      expect(values.every((value) => value === round / 2)).toBe(true);
    }
  });

  test("a trap becomes an error and the runtime goes on", async () => {
    runtime = await createWasmRuntime({ threads });
    const pointer = runtime.alloc(400);
    const beyond = 0xffff0000;
    const failure = () => runtime.parallel("fillF32", 4, beyond, 400, 100, 1);
    expect(failure).toThrow(/"fillF32" failed: .*memory access out of bounds/);
    runtime.parallel("fillF32", 4, pointer, 100, 25, 3);
    expect([...new Set(runtime.f32(pointer, 100))]).toEqual([3]);
  });
});

test("what is released is handed out again, and growing keeps old views valid", async () => {
  runtime = await createWasmRuntime({ threads: 1 });
  const kept = runtime.alloc(5);
  const mark = runtime.mark();
  const first = runtime.alloc(24, 64);
  expect(first % 64).toBe(0);
  expect(first).toBeGreaterThanOrEqual(kept + 5);
  const view = runtime.f32(first, 6).fill(7);
  const large = runtime.alloc(20_000_000);
  runtime.u8(large, 20_000_000)[19_999_999] = 1;
  expect([...view]).toEqual([7, 7, 7, 7, 7, 7]);
  expect(runtime.f32(first, 1)[0]).toBe(7);
  runtime.release(mark);
  expect(runtime.alloc(24, 64)).toBe(first);
});

test("memory beyond the 4 GiB of the address space is an out-of-memory error that says how much", async () => {
  runtime = await createWasmRuntime({ threads: 1 });
  let error: unknown;
  try {
    runtime.alloc(5 * 2 ** 30);
  } catch (thrown) {
    error = thrown;
  }
  expect(isTagged(error, "out-of-memory")).toBe(true);
  expect(String(error)).toContain("5120 MiB");
});

test("an unknown kernel is named", async () => {
  runtime = await createWasmRuntime({ threads: 1 });
  expect(() => runtime.call("convolve")).toThrow('There is no WebAssembly kernel "convolve".');
});
