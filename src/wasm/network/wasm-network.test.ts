import { setFlagsFromString } from "node:v8";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { NetworkExecutor } from "../../core/backend";
import { AbortError } from "../../core/errors";
import { type Labelled, labelProbabilities } from "../../core/nn/labelled";
import type { Model } from "../../core/nn/model";
import { createReferenceNetwork } from "../../core/nn/reference-executor";
import { coreInTile } from "../../core/nn/tiling";
import { type Box, boxShape, type Shape3, wholeBox } from "../../core/volume/shape";
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

test("labels and scores are those of the probabilities, whole and by sections", async () => {
  network = await createWasmNetwork(model, { threads: 2 });
  const { shape, core } = NETWORK_CASES[2];
  const tile = networkTile(shape);
  const probabilities = await network.predict(tile, shape, core, async () => {});
  const expected = labelProbabilities(probabilities, network.classCount);
  const [nz, ny, nx] = boxShape(core);
  const sections: Labelled[] = [];
  const found = await network.label(
    tile,
    shape,
    core,
    async () => {},
    (z, section) => {
      expect(z).toBe(sections.length);
      sections.push(section);
    },
  );
  expect(found.labels).toEqual(expected.labels);
  expect(new Set(found.labels).size).toBeGreaterThan(1);
  // 255 p may lie on either side of a half.
  expect(largestDifference(found.scores, expected.scores)).toBeLessThanOrEqual(1);
  expect(sections.map(({ labels }) => labels.length)).toEqual(Array(nz).fill(ny * nx));
  expect(sections.flatMap(({ labels }) => [...labels])).toEqual([...found.labels]);
  expect(sections.flatMap(({ scores }) => [...scores])).toEqual([...found.scores]);
});

/** Rounding alone: on the grids of the poolings a tile's blocks of four voxels begin elsewhere than the whole volume's. */
const TILING_TOLERANCE = 2e-5;

/** A long axis with a halo on both sides, one with a halo on one side, one that the tile spans. */
const FAR: Shape3 = [92, 48, 20];
const FAR_CORE = { z0: 40, y0: 0, x0: 4, z1: 48, y1: 8, x1: 16 };
const FAR_TILE = { z0: 4, y0: 0, x0: 0, z1: 84, y1: 44, x1: 20 };

test.each([
  ["z, y, x", [0, 1, 2]],
  ["x, z, y", [2, 0, 1]],
  ["y, x, z", [1, 2, 0]],
] as const)("a tile with a halo of 36 gives what the whole volume gives: axes %s", async (_, order) => {
  network = await createWasmNetwork(model, { threads: 2 });
  const turn = ({ z0, y0, x0, z1, y1, x1 }: Box): Box => {
    const [starts, ends] = [
      [z0, y0, x0],
      [z1, y1, x1],
    ];
    const [a, b, c] = order;
    return { z0: starts[a], y0: starts[b], x0: starts[c], z1: ends[a], y1: ends[b], x1: ends[c] };
  };
  const shape = boxShape(turn(wholeBox(FAR)));
  const core = turn(FAR_CORE);
  const tile = turn(FAR_TILE);
  const whole = networkTile(shape);
  const expected = await network.predict(whole, shape, core, async () => {});
  const inner = coreInTile({ tile, core });
  const result = await network.predict(cropTile(whole, shape, tile), boxShape(tile), inner, async () => {});
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
  expect(bytes(128) / (64 * 64)).toBeLessThan(11_000);
});

test.each([
  [[6, 8, 8], wholeBox([6, 8, 8]), "The sides of a tile must be multiples of 4, not 6 × 8 × 8."],
  [[8, 8, 8], { ...wholeBox([8, 8, 8]), x0: 2 }, "must lie in the tile of 8 × 8 × 8 on multiples of 4"],
] as const)("a tile of %j is refused", async (shape, core, sentence) => {
  network = await createWasmNetwork(model, { threads: 1 });
  const tile = networkTile(shape);
  await expect(network.predict(tile, shape, core, async () => {})).rejects.toThrow(sentence);
});
