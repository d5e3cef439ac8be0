import { expect, test } from "vitest";
import { uniformSequence } from "../random/philox";
import { arrayVolume } from "../volume/array-volume";
import type { Shape3 } from "../volume/shape";
import { createBatchMaker } from "./make-batch";
import type { TrainingObject } from "./paint-targets";
import type { Augmentation, Sampling } from "./training-recipe";
import type { TrainingVolume } from "./training-volume";

const SAMPLING: Sampling = { side: 8, jitter: 3, balanced: true, anywhereShare: 0, regionShare: 0 };
const PLAIN: Augmentation = { halfTurn: false, scale: null, shift: null, noise: null };
const STREAM = 1000;

/** Every voxel differs, and its label says where it is. */
function volumeOf(shape: Shape3, objects: readonly TrainingObject[], name = "cell"): TrainingVolume {
  const [nz, ny, nx] = shape;
  const voxels = Int16Array.from({ length: nz * ny * nx }, (_, i) => i);
  const meta = {
    name,
    shape,
    dtype: "int16",
    voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
    originAngstrom: { x: 0, y: 0, z: 0 },
    warnings: [],
  } as const;
  return {
    name,
    shape,
    voxels,
    mean: 100,
    scale: -0.5,
    labels: Uint8Array.from(voxels, (value) => value % 7),
    objects,
    regions: new Map(),
    reader: arrayVolume(meta, voxels),
    proteinIsBright: false,
  };
}

const object = (label: number, x: number, y: number, z: number): TrainingObject => ({
  label,
  x,
  y,
  z,
  rotation: null,
});
const SHAPE: Shape3 = [16, 20, 24];
const COMMON = Array.from({ length: 30 }, () => object(1, 12.4, 10.2, 8.1));
const RARE = object(2, 2, 3, 1);
const VOLUME = volumeOf(SHAPE, [...COMMON, RARE]);
const at = (index: number, [, ny, nx] = SHAPE) => ({
  x: index % nx,
  y: Math.floor(index / nx) % ny,
  z: Math.floor(index / (nx * ny)),
});
const valueBack = (normalized: number) => Math.round(normalized / -0.5 + 100);

/** The voxel that each patch of a batch begins with. */
function corners(batch: { count: number; side: number; voxels: Float32Array }) {
  return Array.from({ length: batch.count }, (_, patch) =>
    at(valueBack(batch.voxels[patch * batch.side ** 3])),
  );
}

test("a patch holds the normalized voxels and the labels of its place", () => {
  const maker = createBatchMaker([VOLUME], { sampling: SAMPLING, augmentation: PLAIN }, 4, 7);
  const batch = maker.begin(STREAM, 0).finish();
  expect([batch.voxels.length, batch.labels.length]).toEqual([4 * 512, 4 * 512]);
  const places = corners(batch).flatMap((corner) =>
    Array.from({ length: 512 }, (_, i) => {
      const { x, y, z } = at(i, [8, 8, 8]);
      return ((corner.z + z) * 20 + corner.y + y) * 24 + corner.x + x;
    }),
  );
  expect([...batch.voxels].map(valueBack)).toEqual(places);
  expect([...batch.labels]).toEqual(places.map((place) => place % 7));
});

test("a batch hangs on seed and step alone, and streams do not share patches", () => {
  const make = (seed: number, stream: number, steps: number[]) => {
    const maker = createBatchMaker([VOLUME], { sampling: SAMPLING, augmentation: PLAIN }, 5, seed);
    return steps.map((step) => maker.begin(stream, step).finish().voxels.slice());
  };
  const [a0, a1, a2] = make(3, STREAM, [0, 1, 2]);
  expect(make(3, STREAM, [2, 0])).toEqual([a2, a0]);
  expect(a1).not.toEqual(a0);
  expect(make(4, STREAM, [0])[0]).not.toEqual(a0);
  expect(make(3, STREAM + 500, [0])[0]).not.toEqual(a0);
});

test("a batch made patch by patch is the same", () => {
  const maker = createBatchMaker([VOLUME], { sampling: SAMPLING, augmentation: PLAIN }, 3, 1);
  const whole = maker.begin(STREAM, 4).finish().voxels.slice();
  const pending = maker.begin(STREAM, 4);
  for (let i = 0; i < 5; i++) pending.advance();
  expect(pending.finish().voxels).toEqual(whole);
});

test("the batch before the last stays as it was while the next is made", () => {
  const maker = createBatchMaker([VOLUME], { sampling: SAMPLING, augmentation: PLAIN }, 2, 1);
  const first = maker.begin(STREAM, 0).finish();
  const before = first.voxels.slice();
  maker.begin(STREAM, 1).finish();
  expect(first.voxels).toEqual(before);
});

test("middles lie within the jitter of an object, and patches within the volume", () => {
  const maker = createBatchMaker([VOLUME], { sampling: SAMPLING, augmentation: PLAIN }, 64, 2);
  const found = Array.from({ length: 20 }, (_, step) => corners(maker.begin(STREAM, step).finish())).flat();
  const common = found.filter(({ x, y, z }) => x > 1 || y > 2 || z > 0);
  const range = (values: number[]) => [Math.min(...values), Math.max(...values)];
  const inside = common.filter(({ x }) => x >= 12 - 4 - 3);
  expect(range(inside.map(({ x }) => x + 4))).toEqual([9, 15]);
  expect(range(inside.map(({ y }) => y + 4))).toEqual([7, 13]);
  expect(range(inside.map(({ z }) => z + 4))).toEqual([5, 11]);
  expect(Math.min(...found.flatMap(({ x, y, z }) => [x, y, z]))).toBe(0);
  expect(found.every(({ x, y, z }) => z <= 8 && y <= 12 && x <= 16)).toBe(true);
});

test("balanced sampling takes classes equally often; else objects are", () => {
  const share = (balanced: boolean) => {
    const sampling = { ...SAMPLING, jitter: 0, balanced };
    const maker = createBatchMaker([VOLUME], { sampling, augmentation: PLAIN }, 50, 5);
    const found = Array.from({ length: 40 }, (_, step) => corners(maker.begin(STREAM, step).finish())).flat();
    return found.filter(({ x }) => x === 0).length / found.length;
  };
  expect(share(true)).toBeCloseTo(1 / 2, 1); // of 2,000 draws: the deviation is 0.011
  expect(share(false)).toBeCloseTo(1 / 31, 1);
  expect(share(false)).toBeLessThan(0.06);
});

test("volumes come as often as they have objects of the class", () => {
  const small = volumeOf([8, 8, 8], [object(1, 4, 4, 4)], "small");
  const large = volumeOf([8, 8, 12], [object(1, 8, 4, 4), object(1, 8, 4, 4), object(1, 8, 4, 4)], "large");
  const sampling = { ...SAMPLING, jitter: 0 };
  const maker = createBatchMaker([small, large], { sampling, augmentation: PLAIN }, 100, 5);
  let ofLarge = 0;
  for (let step = 0; step < 20; step++) {
    const { voxels } = maker.begin(STREAM, step).finish();
    for (let patch = 0; patch < 100; patch++) if (valueBack(voxels[patch * 512]) === 4) ofLarge++;
  }
  expect(ofLarge / 2000).toBeGreaterThan(0.71);
  expect(ofLarge / 2000).toBeLessThan(0.79);
});

test("shares of patches lie anywhere and about voxels of regions", () => {
  const region = (14 * 20 + 16) * 24 + 20; // z 14, y 16, x 20
  const volume = { ...VOLUME, objects: [RARE], regions: new Map([[3, Uint32Array.of(region)]]) };
  const sampling = { ...SAMPLING, jitter: 0, anywhereShare: 0.25, regionShare: 0.25 };
  const maker = createBatchMaker([volume], { sampling, augmentation: PLAIN }, 100, 11);
  const found = Array.from({ length: 20 }, (_, step) => corners(maker.begin(STREAM, step).finish())).flat();
  const count = (is: (corner: { x: number; y: number; z: number }) => boolean) =>
    found.filter(is).length / 2000;
  const atRare = count(({ x, y, z }) => x === 0 && y === 0 && z === 0);
  const atRegion = count(({ x, y, z }) => x === 16 && y === 12 && z === 8);
  expect(atRare).toBeGreaterThan(0.46);
  expect(atRare).toBeLessThan(0.58);
  expect(atRegion).toBeGreaterThan(0.21);
  expect(atRegion).toBeLessThan(0.32);
  expect(new Set(found.map(({ x }) => x)).size).toBe(17); // anywhere: every place that a patch fits
});

test("half of the patches are turned about y: x and z run backwards, y does not", () => {
  const sampling = { ...SAMPLING, jitter: 0 };
  const volume = volumeOf([8, 8, 8], [object(1, 4, 4, 4)]);
  const maker = createBatchMaker([volume], { sampling, augmentation: { ...PLAIN, halfTurn: true } }, 200, 5);
  const { voxels, labels } = maker.begin(STREAM, 0).finish();
  let turned = 0;
  for (let patch = 0; patch < 200; patch++) {
    const isTurned = valueBack(voxels[patch * 512]) !== 0;
    if (isTurned) turned++;
    const places = Array.from({ length: 512 }, (_, i) => {
      const { x, y, z } = at(i, [8, 8, 8]);
      return isTurned ? ((7 - z) * 8 + y) * 8 + 7 - x : i;
    });
    expect(Array.from(voxels.subarray(patch * 512, (patch + 1) * 512), valueBack)).toEqual(places);
    expect(Array.from(labels.subarray(patch * 512, (patch + 1) * 512))).toEqual(places.map((p) => p % 7));
  }
  expect(turned).toBeGreaterThan(75);
  expect(turned).toBeLessThan(125);
});

test("scale, shift and noise stay within their ranges and vary from patch to patch", () => {
  const volume = volumeOf([8, 8, 8], [object(1, 4, 4, 4)]);
  const sampling = { ...SAMPLING, jitter: 0 };
  const make = (augmentation: Augmentation) =>
    createBatchMaker([volume], { sampling, augmentation }, 64, 5).begin(STREAM, 0).finish().voxels;
  const plain = make(PLAIN);
  const varied = make({ ...PLAIN, scale: [0.8, 1.2], shift: [-3, 3] });
  const scales: number[] = [];
  const shifts: number[] = [];
  for (let patch = 0; patch < 64; patch++) {
    const [a, b] = [patch * 512, patch * 512 + 511];
    const scale = (varied[b] - varied[a]) / (plain[b] - plain[a]);
    scales.push(scale);
    shifts.push(varied[a] - plain[a] * scale);
  }
  expect(Math.min(...scales)).toBeGreaterThan(0.79);
  expect(Math.max(...scales)).toBeLessThan(1.21);
  expect(Math.max(...scales) - Math.min(...scales)).toBeGreaterThan(0.3);
  expect(Math.max(...shifts) - Math.min(...shifts)).toBeGreaterThan(4);
  expect(Math.max(...shifts.map(Math.abs))).toBeLessThan(3.01);

  const noise = make({ ...PLAIN, noise: [2, 2] }).map((value, i) => value - plain[i]);
  const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
  const variance = noise.reduce((sum, value) => sum + value * value, 0) / noise.length;
  const beside = noise.slice(1).reduce((sum, value, i) => sum + value * noise[i], 0) / noise.length;
  expect(Math.abs(mean)).toBeLessThan(0.05);
  expect(Math.sqrt(variance)).toBeCloseTo(2, 1);
  expect(Math.abs(beside / variance)).toBeLessThan(0.03);
});

test("without objects patches lie anywhere", () => {
  const maker = createBatchMaker(
    [{ ...VOLUME, objects: [] }],
    { sampling: SAMPLING, augmentation: null },
    50,
    1,
  );
  expect(new Set(corners(maker.begin(STREAM, 0).finish()).map(({ x }) => x)).size).toBeGreaterThan(8);
});

test("a batch of 8 patches of 56³ with every variation takes some milliseconds", () => {
  const side = 120;
  const random = uniformSequence(1, 1);
  const shape: Shape3 = [96, side, side];
  const voxels = Int8Array.from({ length: 96 * side * side }, () => 250 * random() - 125);
  const volume = {
    ...volumeOf([8, 8, 8], [object(1, 60, 60, 48)]),
    shape,
    voxels,
    labels: new Uint8Array(voxels.length),
  };
  const sampling = { ...SAMPLING, side: 56, jitter: 13 };
  const augmentation: Augmentation = {
    halfTurn: true,
    scale: [0.9, 1.1],
    shift: [-0.1, 0.1],
    noise: [0, 0.3],
  };
  const maker = createBatchMaker([volume], { sampling, augmentation }, 8, 1);
  // Time of the processor, which other programs do not take away.
  const times = Array.from({ length: 15 }, (_, step) => {
    const before = process.cpuUsage();
    maker.begin(STREAM, step).finish();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  const median = times.sort((a, b) => a - b)[7];
  expect(median).toBeLessThan(50); // 10 on an idle machine, and twice that where other programs share the caches
});
