import { expect, test } from "vitest";
import { cropTile } from "../../testing/cases/network-cases";
import { largestDifference } from "../../testing/golden-network";
import { backendOf, readerOf, startSegment, type WrittenVolumes } from "../../testing/segment-in-memory";
import type { NetworkExecutor } from "../backend";
import { AbortError } from "../errors";
import type { Labelled } from "../nn/labelled";
import type { Model } from "../nn/model";
import { fillNormal } from "../random/philox";
import { nearestAlong, resampleVolume, resamplingTo } from "../volume/resample";
import { boxShape, type Shape3, voxelCount, wholeBox } from "../volume/shape";
import type { VolumeReader } from "../volume/volume";
import type { FinishedSections } from "./label-volumes";

const CLASSES = 3;

const MODEL: Model = {
  manifest: {
    name: "thresholds",
    architecture: "deepfinder-2019",
    classes: [0, 1, 2].map((label) => ({ label, name: `class ${label}`, radiusVoxels: null, color: null })),
    voxelSizeAngstrom: 10,
    proteinIsBright: false,
    normalization: "volume mean 0, std 1",
    weights: "none",
    trainedOn: "nothing",
    licence: "none",
  },
  weights: new Map(),
} as unknown as Model;

/** A network that looks at each voxel alone: thirds of the normal distribution, and how far off the middle. */
const thresholds: NetworkExecutor = {
  classCount: CLASSES,
  predictBytes: (shape) => 64 * voxelCount(shape),
  labelBytes: async () => (shape) => 64 * voxelCount(shape),
  async predict(tile, shape, core, breathe) {
    const { labels, scores } = await thresholds.label(tile, shape, core, breathe);
    const probabilities = new Float32Array(CLASSES * labels.length);
    labels.forEach((label, i) => {
      for (let each = 0; each < CLASSES; each++)
        probabilities[CLASSES * i + each] = each === label ? scores[i] / 255 : (1 - scores[i] / 255) / 2;
    });
    return probabilities;
  },
  async label(tile, shape, core, breathe): Promise<Labelled> {
    await breathe(0);
    const values = cropTile(tile as Float32Array<ArrayBuffer>, shape, core);
    await breathe(1);
    return {
      labels: Uint8Array.from(values, (value) => (value < -0.43 ? 0 : value < 0.43 ? 1 : 2)),
      scores: Uint8Array.from(values, (value) => 255 - Math.min(80, Math.abs(20 * value))),
    };
  },
  dispose() {},
};

const SHAPE: Shape3 = [140, 9, 90];
const noise = new Float32Array(200 * 14 * 130);
fillNormal(noise, 3, 0);
/** Several rows of several tiles. */
const SMALL = backendOf(thresholds, 7e6);
/** Other rows. */
const SMALLER = backendOf(thresholds, 6.5e6);

function expectSame(found: WrittenVolumes, expected: WrittenVolumes) {
  expect([...found.keys()]).toEqual([...expected.keys()]);
  for (const [name, values] of found)
    expect(largestDifference(values, expected.get(name) as Float64Array), name).toBe(0);
}

/** Readers of what a run has written so far. */
function finishedOf(
  written: WrittenVolumes,
  sections: number,
  { shape }: VolumeReader["meta"],
): FinishedSections {
  const area = shape[1] * shape[2];
  const reader = (name: string) => {
    const values = new Float32Array(voxelCount(shape)).fill(99); // what is not finished must not be taken
    values.set(written.get(name)?.subarray(0, sections * area) ?? []);
    return readerOf(values, shape);
  };
  const classes = [...written.keys()].filter((name) => name.startsWith("class"));
  return {
    sections,
    labels: reader("labels"),
    score: written.has("score") ? reader("score") : null,
    classes: classes.map(reader),
  };
}

/** Runs until so many sections are finished, then stops. */
async function stopped(options: Parameters<typeof startSegment>[0], atLeast: number) {
  let sections = 0;
  const run = startSegment({
    ...options,
    onProgress({ preview }) {
      sections = preview?.finishedSections ?? sections;
    },
    async breathe() {
      if (sections >= atLeast) throw new AbortError();
    },
  });
  await expect(run.output).rejects.toThrow(AbortError);
  return finishedOf(run.written, sections, options.reader.meta);
}

test.each([
  ["labels and scores", {}],
  ["every class", { classProbabilities: true }],
  ["a box", { box: { z0: 20, y0: 1, x0: 7, z1: 139, y1: 8, x1: 80 } }],
])("a run that goes on after a stop gives what one run gives: %s", async (_, params) => {
  const options = { reader: readerOf(noise, SHAPE), model: MODEL, backend: SMALL, params };
  const whole = startSegment(options);
  const output = await whole.output;
  const finished = await stopped(options, 30);
  expect(finished.sections).toBeGreaterThan(20);
  expect(finished.sections).toBeLessThan(139);
  for (const backend of [SMALL, SMALLER]) {
    const rest = startSegment({ ...options, backend, finished });
    expect((await rest.output).voxelsPerClass).toEqual(output.voxelsPerClass);
    expectSame(rest.written, whole.written);
    if (backend === SMALL) expect((await rest.output).tiles).toBeLessThan(output.tiles);
    const { total } = rest.progress.at(-1)!;
    expect(total).toBeLessThan(whole.progress.at(-1)!.total); // the time that is left follows from it
    const area = SHAPE[1] * SHAPE[2];
    const again = rest.progress.flatMap(({ preview }) => preview?.piece ?? []).slice(0, finished.sections);
    for (const [z, { z0, labels }] of again.entries()) {
      expect(z0).toBe(z);
      const copied = (whole.written.get("labels") as Float64Array).subarray(z * area, (z + 1) * area);
      expect(largestDifference(labels, copied)).toBe(0);
    }
  }
});

test("a run that had finished is only copied", async () => {
  const options = { reader: readerOf(noise, SHAPE), model: MODEL, backend: SMALL };
  const whole = startSegment(options);
  await whole.output;
  const rest = startSegment({ ...options, finished: finishedOf(whole.written, 140, options.reader.meta) });
  expect((await rest.output).tiles).toBe(0);
  expectSame(rest.written, whole.written);
});

/** The labels of a resampled volume, each voxel of the volume taking the nearest. */
async function resampledLabels(reader: VolumeReader) {
  const resampling = resamplingTo(reader.meta, 10);
  const seen = resampleVolume(reader, resampling, 10);
  const run = startSegment({ reader: seen, model: MODEL, backend: backendOf(thresholds, 1e9) });
  await run.output;
  const [nearZ, nearY, nearX] = [resampling.z, resampling.y, resampling.x].map(nearestAlong);
  const [, ny, nx] = seen.meta.shape;
  const pick = (name: string) => {
    const values = run.written.get(name) as Float64Array;
    const [fullNz, fullNy, fullNx] = reader.meta.shape;
    const out: number[] = [];
    for (let z = 0; z < fullNz; z++)
      for (let y = 0; y < fullNy; y++)
        for (let x = 0; x < fullNx; x++) out.push(values[(nearZ[z] * ny + nearY[y]) * nx + nearX[x]]);
    return out;
  };
  return { labels: pick("labels"), score: pick("score") };
}

test.each([
  [6.7, [200, 14, 130]],
  [13.68, [100, 8, 65]],
] as const)(
  "voxels of %d Å are resampled; the labels come at the volume's own voxels",
  async (angstrom, shape) => {
    const reader = readerOf(noise, shape, angstrom);
    const expected = await resampledLabels(reader);
    for (const params of [{}, { box: { z0: 11, y0: 1, x0: 5, z1: 93, y1: 7, x1: 60 } }]) {
      const run = startSegment({ reader, model: MODEL, backend: SMALL, params });
      const { tiles, voxelsPerClass, resampledToAngstrom } = await run.output;
      expect(resampledToAngstrom).toBe(10);
      expect(tiles).toBeGreaterThan(1);
      const box = params.box ?? wholeBox(shape);
      const inside = (values: ArrayLike<number>) =>
        Array.from(values, (value, i) => {
          const [x, y, z] = [
            i % shape[2],
            Math.floor(i / shape[2]) % shape[1],
            Math.floor(i / shape[1] / shape[2]),
          ];
          const isIn = z >= box.z0 && z < box.z1 && y >= box.y0 && y < box.y1 && x >= box.x0 && x < box.x1;
          return isIn ? value : 0;
        });
      const written = (name: string) => run.written.get(name) as Float64Array;
      expect(largestDifference(written("labels"), inside(expected.labels))).toBe(0);
      expect(largestDifference(written("score"), inside(expected.score))).toBe(0);
      expect(voxelsPerClass.reduce((sum, count) => sum + count, 0)).toBe(voxelCount(boxShape(box)));
      expect(run.progress.at(-1)!.note).toContain(`resampled from ${angstrom} Å to the model's 10 Å`);

      const shown = new Uint8Array(voxelCount(shape));
      for (const { preview } of run.progress) {
        if (!preview?.piece) continue;
        const { z0, y0, x0, shape: pieceShape, labels } = preview.piece;
        labels.forEach((label, i) => {
          const [x, y, z] = [
            i % pieceShape[2],
            Math.floor(i / pieceShape[2]) % pieceShape[1],
            Math.floor(i / pieceShape[1] / pieceShape[2]),
          ];
          shown[((z0 + z) * shape[1] + y0 + y) * shape[2] + x0 + x] = label;
        });
      }
      expect(largestDifference(shown, written("labels"))).toBe(0);
    }
  },
);

test("a resampled run goes on after a stop", async () => {
  const options = { reader: readerOf(noise, [200, 14, 130], 6.7), model: MODEL, backend: SMALL };
  const whole = startSegment(options);
  const output = await whole.output;
  const finished = await stopped(options, 10);
  expect(finished.sections).toBeLessThan(200);
  const rest = startSegment({ ...options, finished });
  expect((await rest.output).voxelsPerClass).toEqual(output.voxelsPerClass);
  expectSame(rest.written, whole.written);
});

test("a voxel that is no number is named by its place in the volume, also where that is resampled", async () => {
  const shape: Shape3 = [20, 14, 30];
  const values = noise.slice(0, voxelCount(shape));
  values[(7 * 14 + 3) * 30 + 25] = Number.NaN;
  const run = startSegment({ reader: readerOf(values, shape, 6.7), model: MODEL, backend: SMALL });
  await expect(run.output).rejects.toThrow("1 voxel of cell.mrc cannot be used");
  await expect(run.output).rejects.toThrow("the first is at x 25, y 3, z 7.");
});
