import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { float16Values } from "../../core/volume/float16";
import { voxelCount, wholeBox } from "../../core/volume/shape";
import type { OutputVoxelType, VolumeSpec } from "../../core/volume/volume";
import { findPython } from "../../testing/find-python";
import { createBlobSink } from "../source/blob-sink";
import { blobSource } from "../source/blob-source";
import { openVolume } from "../volume/open-volume";
import { readWholeStatistics } from "../volume/read-whole-statistics";
import { createMrcSink } from "./mrc-writer";

const specOf = (change: Partial<VolumeSpec>): VolumeSpec => ({
  role: "converted",
  name: "out.mrc",
  shape: [2, 3, 4],
  dtype: "float32",
  voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
  ...change,
});

/** Writes in pieces of `depth` sections and opens the result strictly. */
async function writeAndOpen(spec: VolumeSpec, values: ArrayLike<number>, depth = 1) {
  const blobSink = createBlobSink();
  const sink = createMrcSink({ ...spec, originAngstrom: { x: 1, y: -2, z: 3.5 } }, blobSink);
  const piece = depth * spec.shape[1] * spec.shape[2];
  const all = Array.from(values);
  for (let i = 0; i < all.length; i += piece) await sink.write(all.slice(i, i + piece));
  await sink.close();
  return openVolume(blobSource(blobSink.blob(), spec.name), { strict: true });
}

const halves = float16Values();

const VALUES: Record<OutputVoxelType, fc.Arbitrary<number>> = {
  int8: fc.integer({ min: -128, max: 127 }),
  int16: fc.integer({ min: -32768, max: 32767 }),
  uint16: fc.integer({ min: 0, max: 65535 }),
  float16: fc.integer({ min: 0, max: 0xffff }).map((bits) => halves[bits]),
  float32: fc.float(),
};

/** What is written in a mode is read from it; -0 keeps its sign, NaN and infinities stay. */
test.each(Object.keys(VALUES) as OutputVoxelType[])("write, then read: the same %s voxels", async (dtype) => {
  const side = fc.integer({ min: 1, max: 7 });
  const file = fc
    .tuple(side, side, side, side)
    .chain(([nz, ny, nx, depth]) =>
      fc.tuple(
        fc.constant([nz, ny, nx] as const),
        fc.constant(depth),
        fc.array(VALUES[dtype], { minLength: nz * ny * nx, maxLength: nz * ny * nx }),
      ),
    );
  await fc.assert(
    fc.asyncProperty(file, async ([shape, depth, values]) => {
      const volume = await writeAndOpen(specOf({ shape, dtype }), values, depth);
      expect(volume.meta.shape).toEqual(shape);
      expect(volume.meta.dtype).toBe(dtype);
      expect(volume.meta.warnings).toEqual([]);
      const expected = dtype.startsWith("float") ? values : values.map((v) => v + 0);
      expect([...(await volume.readBox(wholeBox(shape)))]).toEqual(expected);
    }),
    { seed: 5, numRuns: 60 },
  );
});

test("the header has the statistics of the voxels as stored, voxel size, origin and labels", async () => {
  const values = Float32Array.from({ length: 24 }, (_, i) => 100 + i ** 1.5 / 7);
  const spec = specOf({
    dtype: "float16",
    voxelSizeAngstrom: { x: 3, y: 4, z: 5 },
    labels: ["Tomoscope: made for a test", "Å is not ASCII", "x".repeat(100)],
  });
  const volume = await writeAndOpen(spec, values, 2);
  const { min, max, mean, std } = await readWholeStatistics(volume);
  const { dmin, dmax, dmean, rms } = volume.header;
  expect([dmin, dmax, dmean, rms]).toEqual([min, max, mean, std].map(Math.fround));
  expect(mean).not.toBe(values.reduce((sum, v) => sum + v, 0) / 24); // rounded to half precision
  expect(volume.meta.voxelSizeAngstrom).toEqual({ x: 3, y: 4, z: 5 });
  expect(volume.meta.originAngstrom).toEqual({ x: 1, y: -2, z: 3.5 });
  expect(volume.header).toMatchObject({ ispg: 1, nversion: 20141, machineStamp: "44440000", map: "MAP " });
  expect(volume.header.labels).toEqual(["Tomoscope: made for a test", "? is not ASCII", "x".repeat(80)]);
});

test.each([
  ["int8", 128, "out.mrc: the voxel value 128 does not fit int8 (-128 to 127)."],
  ["int16", -32769, "-32769 does not fit int16"],
  ["uint16", -1, "-1 does not fit uint16"],
  ["int8", Number.NaN, "NaN does not fit int8"],
  ["int16", Number.POSITIVE_INFINITY, "Infinity does not fit int16"],
  ["float16", 65520, "65520 does not fit float16"],
  ["float32", 1e39, "1e+39 does not fit float32"],
] as const)("in %s, %d is refused by name", async (dtype, value, sentence) => {
  const sink = createMrcSink(specOf({ dtype, shape: [1, 1, 2] }), createBlobSink());
  await expect(sink.write([0, value])).rejects.toThrow(sentence);
});

test.each([
  ["int8", 1],
  ["uint16", 1],
  ["float16", 1 / 255],
  ["float32", 0.5],
] as const)(
  "bytes in %s, of which one means %d, are stored as the numbers that they mean",
  async (dtype, unit) => {
    const shape = [3, 5, 7] as const;
    const bytes = Uint8Array.from({ length: 105 }, (_, i) => (i * 37) % (dtype === "int8" ? 128 : 256));
    const spec = specOf({ dtype, shape, unit });
    const written = async (values: ArrayLike<number>) => {
      const blobSink = createBlobSink();
      const sink = createMrcSink(spec, blobSink);
      await sink.write(values);
      await sink.close();
      return openVolume(blobSource(blobSink.blob(), "out.mrc"), { strict: true });
    };
    const [looked, counted] = [await written(bytes), await written(Array.from(bytes))];
    expect(await looked.readBox(wholeBox(shape))).toEqual(await counted.readBox(wholeBox(shape)));
    for (const field of ["dmin", "dmax", "dmean", "rms"])
      expect(looked.header[field]).toBeCloseTo(counted.header[field] as number, 4);
    if (dtype === "int8")
      await expect(createMrcSink(spec, createBlobSink()).write(new Uint8Array(35).fill(200))).rejects.toThrow(
        "200 does not fit int8",
      );
  },
);

test("a file that is not finished has a header all the same", async () => {
  const blobSink = createBlobSink();
  const sink = createMrcSink(specOf({ labels: ["Tomoscope"] }), blobSink);
  await sink.write(new Float32Array(12).fill(3));
  const file = new Blob([sink.header("one of two"), blobSink.blob().slice(1024), new Uint8Array(48)]);
  expect(file.size).toBe(sink.bytesOf(2));
  const volume = await openVolume(blobSource(file, "out.mrc"), { strict: true });
  expect(volume.header).toMatchObject({ labels: ["Tomoscope", "one of two"], dmin: 3, dmean: 3, nz: 2 });
  const values = [...(await volume.readBox(wholeBox([2, 3, 4])))];
  expect(values).toEqual([...Array(12).fill(3), ...Array(12).fill(0)]);
});

test("integer types round to the nearest", async () => {
  const volume = await writeAndOpen(specOf({ dtype: "int8", shape: [1, 1, 4] }), [1.4, 1.6, -1.6, 127.4]);
  expect([...(await volume.readBox(wholeBox([1, 1, 4])))]).toEqual([1, 2, -2, 127]);
});

test("part of a section, a section too many or too few cannot be written", async () => {
  const sink = createMrcSink(specOf({}), createBlobSink());
  await expect(sink.write(new Float32Array(11))).rejects.toThrow("11 voxels are not a whole number");
  await expect(sink.write(new Float32Array(36))).rejects.toThrow("36 voxels");
  await sink.write(new Float32Array(12));
  await expect(sink.close()).rejects.toThrow("out.mrc: 1 of 2 sections were written.");
});

/** A Python that has mrcfile, the reference implementation; null where there is none. */
const python = findPython("mrcfile");

const CHECK = `
import json, sys, warnings, io
import mrcfile
warnings.simplefilter("error")
out = io.StringIO()
assert mrcfile.validate(sys.argv[1], print_file=out), out.getvalue()
assert out.getvalue().splitlines()[1:] == ["File appears to be valid."], out.getvalue()
with mrcfile.open(sys.argv[1]) as mrc:
    print(json.dumps({"values": mrc.data.astype(float).ravel().tolist(), "dtype": str(mrc.data.dtype),
      "shape": mrc.data.shape, "voxel": [float(mrc.voxel_size[a]) for a in "xyz"], "labels": [line.strip() for line in mrc.get_labels()],
      "volume": bool(mrc.is_volume())}))
`;

describe.skipIf(!python)("mrcfile (skipped: no Python with mrcfile)", () => {
  test.each(Object.keys(VALUES) as OutputVoxelType[])(
    "reads our %s file without a warning",
    async (dtype) => {
      const shape = [3, 5, 7] as const;
      const values = Array.from(
        { length: voxelCount(shape) },
        // Small enough for mrcfile, which adds up squares of half-precision voxels in half precision.
        (_, i) => (dtype === "uint16" ? i : (i % 20) / (dtype === "float16" ? 8 : 1) - 1),
      );
      const blobSink = createBlobSink();
      const sink = createMrcSink(specOf({ dtype, shape, labels: ["Tomoscope"] }), blobSink);
      await sink.write(values);
      await sink.close();
      const folder = mkdtempSync(join(tmpdir(), "tomoscope-"));
      try {
        const path = join(folder, "out.mrc");
        writeFileSync(path, new Uint8Array(await blobSink.blob().arrayBuffer()));
        const report = JSON.parse(execFileSync(python as string, ["-c", CHECK, path], { encoding: "utf8" }));
        expect(report).toEqual({
          values,
          dtype,
          shape,
          voxel: [10, 10, 10],
          labels: ["Tomoscope"],
          volume: true,
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
