import { setFlagsFromString } from "node:v8";
import { afterAll, beforeAll, expect, test } from "vitest";
import { networkTile } from "../../testing/cases/network-cases";
import { largestDifference, loadStarterModel } from "../../testing/golden-network";
import { backendOf, readerOf, startSegment } from "../../testing/segment-in-memory";
import { createWasmNetwork } from "../../wasm/network/wasm-network";
import type { Backend, NetworkExecutor } from "../backend";
import { AbortError, ComputeError } from "../errors";
import type { Model } from "../nn/model";
import { createTileReader } from "../nn/tile-reader";
import { paddedShape } from "../nn/tiling";
import { boxShape, type Shape3, voxelCount, wholeBox } from "../volume/shape";
import type { VolumeReader } from "../volume/volume";

/** Odd, not cubic, and on each axis longer than a halo. */
const SHAPE: Shape3 = [45, 50, 39];
/** Two tilings sum the same numbers in the same order; only what lies beyond borders is skipped or added as zeros. */
const TILING_TOLERANCE = 1e-6;
/** A probability that is kept as one of 255 steps. */
const HALF_STEP = 0.5 / 255;
const MEGABYTE = 2 ** 20;

let model: Model;
let network: NetworkExecutor;
beforeAll(async () => {
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  model = await loadStarterModel();
  network = await createWasmNetwork(model, { threads: 2 });
});
afterAll(() => network.dispose());

interface RunOptions {
  readonly reader?: VolumeReader;
  readonly backend?: Backend;
  readonly params?: Record<string, unknown>;
  readonly breathe?: () => Promise<void>;
}

async function segment({ reader = readerOf(testVolume, SHAPE), backend, ...options }: RunOptions = {}) {
  const run = startSegment({
    reader,
    model,
    backend: backend ?? backendOf(network, 1000 * MEGABYTE),
    ...options,
  });
  const output = await run.output;
  const get = (suffix: string) => Array.from(run.written.get(suffix) ?? []);
  return { ...run, output, labels: get("labels"), score: get("score"), get };
}

const testVolume = networkTile(SHAPE).map((value) => 100 + 20 * value);

let expected: Promise<{ labels: number[]; score: number[] }> | undefined;
/** The network on the whole normalized volume, padded by zeros to multiples of 4. */
function wholeVolume() {
  expected ??= (async () => {
    const mean = testVolume.reduce((sum, value) => sum + value, 0) / testVolume.length;
    const std = Math.sqrt(
      testVolume.reduce((sum, value) => sum + (value - mean) ** 2, 0) / testVolume.length,
    );
    const padded = paddedShape(SHAPE);
    const read = createTileReader(readerOf(testVolume, SHAPE), { mean, scale: 1 / std }, async () => {});
    const tile = await read({ tile: wholeBox(padded), band: wholeBox(padded) });
    const probabilities = await network.predict(tile, padded, wholeBox(padded), async () => {});
    const labels: number[] = [];
    const score: number[] = [];
    for (let z = 0; z < SHAPE[0]; z++) {
      for (let y = 0; y < SHAPE[1]; y++) {
        for (let x = 0; x < SHAPE[2]; x++) {
          const start = ((z * padded[1] + y) * padded[2] + x) * network.classCount;
          const of = [...probabilities.subarray(start, start + network.classCount)];
          score.push(Math.max(...of));
          labels.push(of.indexOf(Math.max(...of)));
        }
      }
    }
    return { labels, score };
  })();
  return expected;
}

test("one tile: labels, scores and every class of a volume whose sides are not multiples of 4", async () => {
  const result = await segment({ params: { classProbabilities: true } });
  const whole = await wholeVolume();
  expect(result.output.tiles).toBe(1);
  expect(result.labels).toEqual(whole.labels);
  expect(new Set(result.labels).size).toBeGreaterThan(1);
  expect(largestDifference(result.score, whole.score)).toBeLessThan(HALF_STEP + TILING_TOLERANCE);
  expect(result.roles).toEqual(["labels", "score", ...Array(6).fill("class-probability")]);
  for (const voxel of [0, 12_345, voxelCount(SHAPE) - 1]) {
    const ofLabel = result.get(`class${result.labels[voxel]}`)[voxel];
    expect(Math.abs(ofLabel - result.score[voxel])).toBeLessThan(HALF_STEP + TILING_TOLERANCE);
    const sum = [0, 1, 2, 3, 4, 5].reduce((total, label) => total + result.get(`class${label}`)[voxel], 0);
    expect(sum).toBeCloseTo(1, 5);
  }
  const counts = [0, 1, 2, 3, 4, 5].map((label) => result.labels.filter((each) => each === label).length);
  expect(result.output.voxelsPerClass).toEqual(counts);
});

test("several tiles give what one gives; progress rises to the total and the previews are the labels", async () => {
  const result = await segment({ backend: backendOf(network, 13 * MEGABYTE) });
  const whole = await wholeVolume();
  expect(result.output.tiles).toBeGreaterThan(3);
  expect(result.labels).toEqual(whole.labels);
  expect(largestDifference(result.score, whole.score)).toBeLessThan(HALF_STEP + TILING_TOLERANCE);
  const measured = result.progress.filter(({ note }) => note.startsWith("tile"));
  const done = measured.map((each) => each.done);
  expect(done).toEqual([...done].sort((a, b) => a - b));
  expect(new Set(measured.map(({ total }) => total))).toEqual(new Set([voxelCount(paddedShape(SHAPE))]));
  expect(done.at(-1)).toBe(voxelCount(paddedShape(SHAPE)));
  const shown = new Float32Array(voxelCount(SHAPE)).fill(-1);
  for (const { preview } of result.progress) {
    if (!preview?.piece) continue;
    const { piece } = preview;
    const [nz, ny, nx] = piece.shape;
    for (let row = 0; row < nz * ny; row++) {
      const z = piece.z0 + Math.floor(row / ny);
      const y = piece.y0 + (row % ny);
      shown.set(piece.labels.subarray(row * nx, (row + 1) * nx), (z * SHAPE[1] + y) * SHAPE[2] + piece.x0);
    }
  }
  expect([...shown]).toEqual(whole.labels);
});

test("a box gets what the whole volume gives there, and background around it", async () => {
  const box = { z0: 5, y0: 10, x0: 3, z1: 11, y1: 23, x1: 30 };
  const result = await segment({ params: { box, saveScore: false } });
  const whole = await wholeVolume();
  const inside = whole.labels.map((label, index) => {
    const x = index % SHAPE[2];
    const y = Math.floor(index / SHAPE[2]) % SHAPE[1];
    const z = Math.floor(index / (SHAPE[2] * SHAPE[1]));
    const within = z >= 5 && z < 11 && y >= 10 && y < 23 && x >= 3 && x < 30;
    return within ? label : 0;
  });
  expect(result.labels).toEqual(inside);
  expect(result.roles).toEqual(["labels"]);
  expect(result.output.voxelsPerClass.reduce((sum, count) => sum + count, 0)).toBe(6 * 13 * 27);
});

test("bright protein is inverted for a model that expects it dark", async () => {
  const inverted = readerOf(
    testVolume.map((value) => 200 - value),
    SHAPE,
  );
  const { labels } = await segment({ reader: inverted, params: { contrast: "bright" } });
  expect(labels).toEqual((await wholeVolume()).labels);
});

test("a tile that does not fit after all is done in smaller ones, and the progress says so", async () => {
  let refused = 0;
  const scarce: NetworkExecutor = {
    ...network,
    async label(tile, shape, core, breathe, onSection) {
      if (voxelCount(boxShape(core)) < 40_000) return network.label(tile, shape, core, breathe, onSection);
      refused++;
      throw new ComputeError("out-of-memory", "There is no memory for 12 MiB more.");
    },
  };
  const result = await segment({ backend: backendOf(scarce, 1000 * MEGABYTE) });
  expect(refused).toBeGreaterThan(0);
  expect(result.labels).toEqual((await wholeVolume()).labels);
  expect(result.progress.at(-1)!.note).toContain("smaller for want of memory");
});

test("too little memory for any tile is said", async () => {
  await expect(segment({ params: { memory: 1 } })).rejects.toThrow("Memory of 1 MB is too little");
});

test("a voxel size that the model does not know is refused unless told otherwise; an unknown one is noted", async () => {
  const small: Shape3 = [8, 8, 8];
  const values = networkTile(small);
  await expect(segment({ reader: readerOf(values, small, 1) })).rejects.toThrow(
    'cell.mrc has voxels of 1 Å, the model "starter" was trained on 10 Å',
  );
  await segment({ reader: readerOf(values, small, 13.68), params: { ignoreVoxelSize: true } });
  await segment({ reader: readerOf(values, small, 10.9) });
  const reader = readerOf(values, small);
  const flat = { ...reader, meta: { ...reader.meta, voxelSizeAngstrom: { x: 10, y: 10, z: 120 } } };
  await expect(segment({ reader: flat })).rejects.toThrow("cell.mrc has voxels of 10 × 10 × 120 Å");
  const unknown = await segment({ reader: readerOf(values, small, 0) });
  expect(unknown.progress.at(-1)!.note).toContain("voxel size unknown, taken as 10 Å");
});

test("voxels that are not numbers and constant volumes are refused by name and place", async () => {
  const withNan = testVolume.slice();
  withNan[(7 * SHAPE[1] + 3) * SHAPE[2] + 5] = Number.NaN;
  withNan[(9 * SHAPE[1] + 3) * SHAPE[2] + 5] = Number.POSITIVE_INFINITY;
  await expect(segment({ reader: readerOf(withNan, SHAPE) })).rejects.toThrow(
    "2 voxels of cell.mrc cannot be used, being no finite numbers; the first is at x 5, y 3, z 7.",
  );
  const constant = readerOf(new Float32Array(64).fill(4), [4, 4, 4]);
  await expect(segment({ reader: constant })).rejects.toThrow("All voxels of cell.mrc are 4");
});

test("a cancelled run rejects", async () => {
  let breaths = 0;
  const breathe = async () => {
    if (++breaths === 20) throw new AbortError();
  };
  await expect(segment({ breathe })).rejects.toThrow(AbortError);
});
