import { afterEach, describe, expect, it } from "vitest";
import { isAbort, isTagged } from "../src/core/errors";
import { fillNormal } from "../src/core/random/philox";
import type { Progress } from "../src/core/task/task";
import { type Axis, type Shape3, voxelCount } from "../src/core/volume/shape";
import { sliceLayout } from "../src/core/volume/slice";
import type { OutputVoxelType } from "../src/core/volume/volume";
import { createMrcSink } from "../src/io/mrc/mrc-writer";
import { createBlobSink } from "../src/io/source/blob-sink";
import { createOpenVolumes } from "./open-volumes";

const SHAPE: Shape3 = [13, 17, 23];
const COUNT = voxelCount(SHAPE);
const AXES: readonly Axis[] = ["x", "y", "z"];
/** Sums of up to 23 f32 voxels of size 3, and the eleven bits of half precision. */
const EXACT_TOLERANCE = 1e-5;
const HALF_TOLERANCE = 4 * 2 ** -11;
/** Enough for the volume in its own type; in half precision alone; not at all. */
const BUDGETS = { native: 4 * COUNT, half: 2 * COUNT, none: COUNT };

async function mrcBlob(values: Float32Array, shape: Shape3, dtype: OutputVoxelType): Promise<Blob> {
  const bytes = createBlobSink();
  const spec = { role: "converted" as const, name: "test.mrc", shape, dtype };
  const sink = createMrcSink({ ...spec, voxelSizeAngstrom: { x: 10, y: 10, z: 10 } }, bytes);
  await sink.write(values);
  await sink.close();
  return bytes.blob();
}

function noise(): Float32Array {
  const values = new Float32Array(COUNT);
  fillNormal(values, 3, 0);
  return values;
}

/** The slice by its definition, voxel by voxel. */
function naiveSlice(values: Float32Array, axis: Axis, index: number, slab: number): Float64Array {
  const [, ny, nx] = SHAPE;
  const { width, height, count } = sliceLayout(axis, SHAPE);
  const image = new Float64Array(width * height);
  const first = index - Math.floor(slab / 2);
  const indices = Array.from({ length: slab }, (_, i) => first + i).filter((i) => i >= 0 && i < count);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (const i of indices) {
        const [x, y, z] =
          axis === "z" ? [column, row, i] : axis === "y" ? [column, i, row] : [i, column, row];
        image[row * width + column] += values[(z * ny + y) * nx + x] / indices.length;
      }
  return image;
}

async function expectSlices(
  service: ReturnType<typeof createOpenVolumes>,
  values: Float32Array,
  tolerance: number,
) {
  for (const axis of AXES) {
    const { width, height, count } = sliceLayout(axis, SHAPE);
    for (const [index, slab] of [
      [0, 1],
      [count - 1, 1],
      [Math.floor(count / 2), 1],
      [1, 5],
      [count - 2, 4],
      [Math.floor(count / 2), 51],
    ]) {
      const image = await service.slice("v", axis, index, slab);
      expect(image).toMatchObject({ axis, index, slab, width, height });
      const expected = naiveSlice(values, axis, index, slab);
      const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - image.values[i])), 0);
      expect(worst, `${axis} ${index} slab ${slab}`).toBeLessThanOrEqual(tolerance);
    }
  }
}

const ignore = () => {};

describe("createOpenVolumes", () => {
  it("opens with what the header says, a robust range and a histogram", async () => {
    const service = createOpenVolumes();
    const blob = await mrcBlob(noise(), SHAPE, "float32");
    const opened = await service.open("v", { name: "test.mrc", blob });
    expect(opened.meta).toMatchObject({ name: "test.mrc", shape: SHAPE, dtype: "float32" });
    expect(opened.fileBytes).toBe(blob.size);
    expect(opened.contrast.low).toBeGreaterThan(-4);
    expect(opened.contrast.low).toBeLessThan(-2);
    expect(opened.contrast.high).toBeGreaterThan(2);
    expect(opened.contrast.high).toBeLessThan(4);
    const counted = opened.histogram.counts.reduce((a, b) => a + b, 0);
    expect(counted).toBe(5 * 17 * 23);
  });

  it.each(Object.entries(BUDGETS))(
    "gives the slices of every axis and slab, before and after the stream, cache: %s",
    async (cache, budget) => {
      const service = createOpenVolumes(budget);
      const values = noise();
      await service.open("v", { name: "test.mrc", blob: await mrcBlob(values, SHAPE, "float32") });
      await expectSlices(service, values, EXACT_TOLERANCE);
      const statistics = await service.stream("v", "job", ignore);
      const mean = values.reduce((a, b) => a + b, 0) / COUNT;
      expect(Math.abs(statistics.mean - mean)).toBeLessThan(1e-9);
      expect(statistics).toMatchObject({ min: Math.min(...values), max: Math.max(...values), nonFinite: 0 });
      await expectSlices(service, values, cache === "half" ? HALF_TOLERANCE : EXACT_TOLERANCE);
      const [nz, ny, nx] = SHAPE;
      for (const { x, y, z } of [
        { x: 0, y: 0, z: 0 },
        { x: nx - 1, y: ny - 1, z: nz - 1 },
        { x: 5, y: 6, z: 7 },
      ])
        expect(await service.voxel("v", { x, y, z })).toBe(values[(z * ny + y) * nx + x]);
    },
  );

  it.each<OutputVoxelType>(["int8", "int16", "uint16", "float16"])("keeps %s voxels exact", async (dtype) => {
    const service = createOpenVolumes();
    const values = noise().map((value) => Math.round(dtype === "uint16" ? 900 + 100 * value : 20 * value));
    await service.open("v", { name: "test.mrc", blob: await mrcBlob(values, SHAPE, dtype) });
    await service.stream("v", "job", ignore);
    await expectSlices(service, values, 1000 * EXACT_TOLERANCE);
    expect(await service.voxel("v", { x: 3, y: 2, z: 1 })).toBe(values[(1 * 17 + 2) * 23 + 3]);
  });

  it("answers slices while a stream goes on", async () => {
    const service = createOpenVolumes();
    const values = noise();
    await service.open("v", { name: "test.mrc", blob: await mrcBlob(values, SHAPE, "float32") });
    const streamed = service.stream("v", "job", ignore);
    await expectSlices(service, values, EXACT_TOLERANCE);
    await streamed;
  });

  it("reports progress up to the end, and streams once for two callers", async () => {
    const service = createOpenVolumes();
    await service.open("v", { name: "test.mrc", blob: await mrcBlob(noise(), SHAPE, "float32") });
    const reports: Progress[] = [];
    const [first, second] = await Promise.all([
      service.stream("v", "a", (progress) => reports.push(progress)),
      service.stream("v", "b", ignore),
    ]);
    expect(second).toBe(first);
    expect(await service.stream("v", "c", ignore)).toBe(first);
    expect(reports.at(-1)).toMatchObject({ done: 13, total: 13 });
  });

  it("cancels a stream, and one whose volume is closed; what was read stays good", async () => {
    const service = createOpenVolumes();
    const values = noise();
    const blob = await mrcBlob(values, SHAPE, "float32");
    await service.open("v", { name: "test.mrc", blob });
    const cancelled = service.stream("v", "job", ignore).catch((e: unknown) => e);
    await service.cancel("job");
    expect(isAbort(await cancelled)).toBe(true);
    await expectSlices(service, values, EXACT_TOLERANCE);
    const closed = service.stream("v", "job 2", ignore).catch((e: unknown) => e);
    await service.close("v");
    expect(isAbort(await closed)).toBe(true);
    const gone = await service.slice("v", "z", 0, 1).catch((e: unknown) => e);
    expect(isTagged(gone, "bad-parameter")).toBe(true);
  });

  it("drops the caches of other volumes where the budget is spent, and goes on reading them", async () => {
    const service = createOpenVolumes(BUDGETS.native + BUDGETS.half);
    const values = noise();
    const blob = await mrcBlob(values, SHAPE, "float32");
    for (const id of ["v", "w", "v"]) {
      await service.open(id, { name: `${id}.mrc`, blob });
      await service.stream(id, id, ignore);
    }
    await expectSlices(service, values, EXACT_TOLERANCE);
    expect((await service.slice("w", "y", 3, 1)).values).toEqual(
      (await service.slice("v", "y", 3, 1)).values,
    );
  });

  it("keeps what is open when a file is bad, and names what is wrong", async () => {
    const service = createOpenVolumes();
    const values = noise();
    await service.open("v", { name: "test.mrc", blob: await mrcBlob(values, SHAPE, "float32") });
    const empty = await service.open("v", { name: "empty.mrc", blob: new Blob([]) }).catch((e: unknown) => e);
    expect(isTagged(empty, "empty-file")).toBe(true);
    await expectSlices(service, values, EXACT_TOLERANCE);
    for (const [call, sentence] of [
      [service.slice("v", "z", 13, 1), "Slice 13"],
      [service.slice("v", "x", 0, 0), "slab"],
      [service.voxel("v", { x: 23, y: 0, z: 0 }), "no voxel x 23"],
      [service.contrast("v", 20, 1), "section 20"],
      [service.isosurface("v", Number.NaN, true, 64), "level"],
      [service.powerSpectrum("v", { z0: 0, y0: 0, x0: 0, z1: 14, y1: 1, x1: 1 }, "y"), "does not lie within"],
    ] as const) {
      const error = await call.catch((e: unknown) => e);
      expect(isTagged(error, "bad-parameter")).toBe(true);
      expect((error as Error).message).toContain(sentence);
    }
  });

  it("opens the beginning of a file that ends early", async () => {
    const service = createOpenVolumes();
    const values = noise();
    const whole = await mrcBlob(values, SHAPE, "float32");
    const blob = whole.slice(0, 1024 + 4 * 3 * 17 * 23);
    const opened = await service.open("v", { name: "cut.mrc", blob });
    expect(opened.meta.warnings.length).toBeGreaterThan(0);
    expect((await service.slice("v", "z", 2, 1)).values).toEqual(values.slice(2 * 17 * 23, 3 * 17 * 23));
    const side = await service.slice("v", "y", 4, 1);
    expect(side.values.slice(0, 3 * 23)).toEqual(
      Float32Array.from({ length: 3 * 23 }, (_, i) => values[(Math.floor(i / 23) * 17 + 4) * 23 + (i % 23)]),
    );
    expect(side.values.slice(3 * 23).every(Number.isNaN)).toBe(true);
    const streamed = await service.stream("v", "job", ignore).catch((e: unknown) => e);
    expect(isTagged(streamed, "truncated")).toBe(true);
    expect((await service.slice("v", "x", 7, 1)).values[2 * 17 + 4]).toBe(values[(2 * 17 + 4) * 23 + 7]);
  });

  it("makes surfaces in voxels of the volume, binned or not", async () => {
    const service = createOpenVolumes();
    const values = Float32Array.from({ length: COUNT }, (_, i) => {
      const [z, y, x] = [Math.floor(i / (17 * 23)), Math.floor(i / 23) % 17, i % 23];
      return Math.hypot(x - 11, y - 8, z - 6) < 5 ? -10 : 10; // dark protein
    });
    await service.open("v", { name: "test.mrc", blob: await mrcBlob(values, SHAPE, "float32") });
    for (const [maxSide, tolerance] of [
      [64, 0.7],
      [12, 1.5],
    ]) {
      const mesh = await service.isosurface("v", 0, false, maxSide);
      expect(mesh.indices.length).toBeGreaterThan(100);
      for (let i = 0; i < mesh.positions.length; i += 3) {
        const [x, y, z] = mesh.positions.subarray(i, i + 3);
        expect(Math.abs(Math.hypot(x - 11, y - 8, z - 6) - 4.8)).toBeLessThan(tolerance);
      }
    }
    expect((await service.isosurface("v", 20, true, 64)).indices).toHaveLength(0);
    const { level, indices } = await service.isosurface("v", null, true, 64);
    expect(level).toBeGreaterThan(0);
    expect(indices.length).toBeGreaterThan(100);
  });

  it("makes one surface for each label that is there", async () => {
    const service = createOpenVolumes();
    const labels = Float32Array.from({ length: COUNT }, (_, i) => {
      const [z, y, x] = [Math.floor(i / (17 * 23)), Math.floor(i / 23) % 17, i % 23];
      return Math.hypot(x - 6, y - 8, z - 6) < 4 ? 2 : Math.hypot(x - 17, y - 8, z - 6) < 4 ? 5 : 0;
    });
    await service.open("v", { name: "labels.mrc", blob: await mrcBlob(labels, SHAPE, "int8") });
    const surfaces = await service.labelSurfaces("v");
    expect(surfaces.map(({ label }) => label)).toEqual([2, 5]);
    for (const [surface, centre] of [
      [surfaces[0], 6],
      [surfaces[1], 17],
    ] as const) {
      const xs = surface.positions.filter((_, i) => i % 3 === 0);
      expect(Math.abs(Math.min(...xs) - (centre - 3.7))).toBeLessThan(0.5);
      expect(Math.abs(Math.max(...xs) - (centre + 3.7))).toBeLessThan(0.5);
    }
  });

  it("gives the power spectrum of the whole and of a box", async () => {
    const service = createOpenVolumes();
    const values = noise();
    values[100] = Number.NaN;
    await service.open("v", { name: "test.mrc", blob: await mrcBlob(values, SHAPE, "float32") });
    const whole = await service.powerSpectrum("v", null, "y");
    expect([whole.width, whole.height]).toEqual([23, 13]);
    expect(whole.values.every(Number.isFinite)).toBe(true);
    const box = { z0: 1, y0: 2, x0: 3, z1: 9, y1: 11, x1: 15 };
    const part = await service.powerSpectrum("v", box, "y");
    expect([part.width, part.height]).toEqual([12, 8]);
    const tiltedAboutX = await service.powerSpectrum("v", box, "x");
    expect([tiltedAboutX.width, tiltedAboutX.height]).toEqual([9, 8]);
  });
});

describe("createOpenVolumes with a file whose reading can be watched", () => {
  const reads: number[] = [];
  const original = Blob.prototype.arrayBuffer;
  afterEach(() => {
    Blob.prototype.arrayBuffer = original;
  });

  it("opens a large volume by its header and a few sections", async () => {
    const shape: Shape3 = [64, 128, 128];
    const blob = await mrcBlob(new Float32Array(voxelCount(shape)), shape, "float32");
    Blob.prototype.arrayBuffer = function (this: Blob) {
      reads.push(this.size);
      return original.call(this);
    };
    const service = createOpenVolumes();
    await service.open("v", { name: "large.mrc", blob });
    await service.slice("v", "z", 32, 1);
    const sections = reads.reduce((a, b) => a + b, 0) / (4 * 128 * 128);
    expect(sections).toBeLessThan(7); // five for the contrast, one for the slice, the header
  });
});
