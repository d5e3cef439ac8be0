import { setFlagsFromString } from "node:v8";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { NetworkExecutor } from "../../core/backend";
import { AbortError } from "../../core/errors";
import type { Model } from "../../core/nn/model";
import { createReferenceNetwork } from "../../core/nn/reference-executor";
import { type Shape3, wholeBox } from "../../core/volume/shape";
import { cropTile, NETWORK_CASES, networkTile, predictCase } from "../../testing/cases/network-cases";
import {
  GOLDEN_TOLERANCE,
  largestDifference,
  loadGoldenNetwork,
  loadStarterModel,
} from "../../testing/golden-network";
import { createWasmNetwork } from "./wasm-network";

let model: Model;
let network: NetworkExecutor;
/** What the reference gives for each case, computed once. */
const references = new Map(
  NETWORK_CASES.map((each) => {
    let result: Promise<Float32Array> | undefined;
    return [
      each,
      () => {
        result ??= predictCase(createReferenceNetwork(model), each);
        return result;
      },
    ];
  }),
);
beforeAll(async () => {
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  model = await loadStarterModel();
});
afterEach(() => network.dispose());

describe.each([
  { threads: 1, relaxedSimd: false },
  { threads: 2, relaxedSimd: true },
])("with $threads threads, relaxed SIMD $relaxedSimd", (options) => {
  test("golden probabilities of PyTorch", async () => {
    const { shape, x, probabilities } = await loadGoldenNetwork();
    network = await createWasmNetwork(model, options);
    const result = await network.predict(x, shape, wholeBox(shape), async () => {});
    expect(largestDifference(result, probabilities)).toBeLessThan(GOLDEN_TOLERANCE);
  });

  test.each(NETWORK_CASES)("as the reference: $name", async (networkCase) => {
    network = await createWasmNetwork(model, options);
    const result = await predictCase(network, networkCase);
    const expected = await references.get(networkCase)!();
    expect(largestDifference(result, expected)).toBeLessThan(GOLDEN_TOLERANCE);
  });
});

/** A tile and the whole volume go through the same sums; only the order in which borders are skipped could differ. */
const TILING_TOLERANCE = 1e-6;

test("a tile with a halo of 36 gives what the whole volume gives", async () => {
  network = await createWasmNetwork(model, { threads: 2 });
  const shape: Shape3 = [96, 84, 88];
  const core = { z0: 44, y0: 40, x0: 40, z1: 52, y1: 44, x1: 48 };
  const whole = networkTile(shape);
  const expected = await network.predict(whole, shape, core, async () => {});
  const tile = { z0: 8, y0: 4, x0: 4, z1: 88, y1: 80, x1: 84 };
  const inner = { z0: 36, y0: 36, x0: 36, z1: 44, y1: 40, x1: 44 };
  const result = await network.predict(cropTile(whole, shape, tile), [80, 76, 80], inner, async () => {});
  expect(largestDifference(result, expected)).toBeLessThan(TILING_TOLERANCE);
});

test("a cancelled prediction leaves the network as it was; the fraction done rises to 1", async () => {
  network = await createWasmNetwork(model, { threads: 1 });
  const [, networkCase] = NETWORK_CASES;
  const fractions: number[] = [];
  const tile = networkTile(networkCase.shape);
  const predict = (breathe: (fraction: number) => Promise<void>) =>
    network.predict(tile, networkCase.shape, networkCase.core, breathe);
  const before = await predict(async (fraction) => {
    fractions.push(fraction);
  });
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  expect(fractions.at(-1)).toBeCloseTo(1, 6);
  const cancelled = predict(async (fraction) => {
    if (fraction > 0.5) throw new AbortError();
  });
  await expect(cancelled).rejects.toThrow(AbortError);
  expect(await predict(async () => {})).toEqual(before);
});

test("memory does not grow with the depth of a tile", async () => {
  network = await createWasmNetwork(model, { threads: 1 });
  const bytes = (nz: number) => network.predictBytes([nz, 64, 64], wholeBox([nz, 64, 64]));
  expect(bytes(256)).toBe(bytes(128));
  expect(bytes(128) / (64 * 64)).toBeLessThan(10_000);
});

test.each([
  [[6, 8, 8], wholeBox([6, 8, 8]), "The sides of a tile must be multiples of 4, not 6 × 8 × 8."],
  [[8, 8, 8], { ...wholeBox([8, 8, 8]), x0: 2 }, "must lie in the tile of 8 × 8 × 8 on multiples of 4"],
] as const)("a tile of %j is refused", async (shape, core, sentence) => {
  network = await createWasmNetwork(model, { threads: 1 });
  const tile = networkTile(shape);
  await expect(network.predict(tile, shape, core, async () => {})).rejects.toThrow(sentence);
});
