import { describe, expect, it } from "vitest";
import type { Backend } from "../core/backend";
import { createReferenceBackend } from "./reference-backend";
import { networkError, restorationNumbers, restoresRight } from "./self-test";
import { RESTORED } from "./self-test-numbers";
import { createWasmBackend } from "./wasm-backend";

/** The stored numbers have 7 digits. */
const STORED_DIGITS = 2e-7;

/** The two that run without a GPU; webgpu-backend.gpu.test.ts has the third. */
const BACKENDS: readonly Backend[] = [createReferenceBackend(), createWasmBackend(2)];

describe.each(BACKENDS)("self-test of $id", (backend) => {
  it("finds the stored probabilities", async () => {
    const limit = backend.id === "reference" ? STORED_DIGITS : 1e-6;
    expect(await networkError(backend)).toBeLessThan(limit);
  });

  it("finds the stored restoration", async () => {
    expect(await restoresRight(backend)).toBe(true);
  });
});

describe("self-test", () => {
  it("holds its stored restoration to the reference", async () => {
    const numbers = await restorationNumbers(createReferenceBackend());
    expect(numbers).toHaveLength(RESTORED.length);
    for (const [i, value] of numbers.entries())
      expect(Math.abs(value - RESTORED[i])).toBeLessThan(STORED_DIGITS);
  });

  it("notices a wrong class, a NaN and a step of the chain left out", async () => {
    const reference = createReferenceBackend();
    const spoiled = (spoil: (probabilities: Float32Array) => void): Backend => ({
      ...reference,
      async createNetwork(model) {
        const network = await reference.createNetwork(model);
        return {
          ...network,
          async predict(...args) {
            const probabilities = await network.predict(...args);
            spoil(probabilities);
            return probabilities;
          },
        };
      },
    });
    expect(await networkError(spoiled((p) => p.subarray(0, 3).reverse()))).toBeGreaterThan(1e-2);
    expect(await networkError(spoiled((p) => p.fill(Number.NaN, 5, 6)))).toBe(Number.POSITIVE_INFINITY);
    const withoutProjection: Backend = {
      ...reference,
      async createMwrKernels(spec) {
        return { ...(await reference.createMwrKernels(spec)), async project() {} };
      },
    };
    expect(await restoresRight(withoutProjection)).toBe(false);
  });
});
