import { describe, expect, test } from "vitest";
import { uniformSequence } from "../../core/random/philox";
import { wholeBox } from "../../core/volume/shape";
import { type MrcFixture, mrcFixture } from "../../testing/mrc-fixture";
import { memorySource } from "../source/memory-source";
import { openVolume } from "../volume/open-volume";
import { IMOD_STAMP, type MrcNumbers } from "./mrc-header";

const open = (fixture: MrcFixture, options = {}) =>
  openVolume(memorySource(mrcFixture(fixture), "cell.mrc"), options);

async function readAll(fixture: MrcFixture) {
  const volume = await open(fixture);
  return [...(await volume.readBox(wholeBox(volume.meta.shape)))];
}

const SHAPE = [3, 4, 5] as const;
const draw = uniformSequence(11, 0);
const random = (count: number, low: number, high: number) =>
  Array.from({ length: count }, () => Math.floor(low + draw() * (high - low + 1)));

const signed16 = random(60, -32768, 32767);
const pairs = random(120, -32768, 32767);
const modulus = (values: readonly number[]) =>
  Array.from({ length: values.length / 2 }, (_, i) =>
    Math.fround(Math.hypot(values[2 * i], values[2 * i + 1])),
  );

/** What each mode stores, and what is read of it. */
const MODES: readonly (readonly [mode: number, dtype: string, stored: number[], read: number[]])[] = [
  [0, "int8", ...twice(random(60, -128, 127))],
  [1, "int16", ...twice(signed16)],
  [2, "float32", ...twice(signed16.map((v) => Math.fround(v / 7)))],
  [3, "complex-int16", pairs, modulus(pairs)],
  [4, "complex-float32", pairs, modulus(pairs)],
  [6, "uint16", ...twice(random(60, 0, 65535))],
  [12, "float16", ...twice(random(60, -2048, 2048).map((v) => v / 8))],
  [101, "uint4", ...twice(random(60, 0, 15))],
];

function twice<T>(value: T): [T, T] {
  return [value, value];
}

describe.each([
  ["little-endian", true],
  ["big-endian", false],
])("%s", (_, littleEndian) => {
  describe.each(MODES)("mode %i", (mode, dtype, stored, read) => {
    const fixture = { mode, fileShape: SHAPE, values: stored, littleEndian };

    test("every voxel is read", async () => {
      const volume = await open(fixture);
      expect(volume.mode).toBe(mode);
      expect(volume.meta.dtype).toBe(dtype);
      expect(volume.meta.shape).toEqual(SHAPE);
      expect(volume.meta.warnings).toHaveLength(dtype.startsWith("complex") ? 1 : 0);
      expect(await readAll(fixture)).toEqual(read);
      expect([...(await volume.readBoxDouble(wholeBox(SHAPE)))]).toEqual(read);
    });

    test("a box is cut out", async () => {
      const volume = await open(fixture);
      const expected: number[] = [];
      for (let z = 1; z < 3; z++)
        for (let y = 1; y < 3; y++) for (let x = 1; x < 4; x++) expected.push(read[(z * 4 + y) * 5 + x]);
      expect([...(await volume.readBox({ z0: 1, y0: 1, x0: 1, z1: 3, y1: 3, x1: 4 }))]).toEqual(expected);
    });

    test("a machine stamp that is wrong or empty is overruled, with a warning", async () => {
      const wrong = littleEndian ? [0x11, 0x11, 0, 0] : [0x44, 0x44, 0, 0];
      for (const stamp of [wrong, [0, 0, 0, 0]]) {
        const volume = await open({ ...fixture, stamp });
        expect(volume.meta.warnings[0]).toContain("machine stamp");
        expect(await readAll({ ...fixture, stamp })).toEqual(read);
        await expect(open({ ...fixture, stamp }, { strict: true })).rejects.toThrow("machine stamp");
      }
    });

    test("voxels after an extended header are found, and its bytes are kept", async () => {
      const extended = Uint8Array.from({ length: 160 }, (_, i) => i);
      const volume = await open({ ...fixture, extended });
      expect(await volume.readExtendedHeader()).toEqual(extended);
      expect(await readAll({ ...fixture, extended })).toEqual(read);
    });
  });
});

describe("axes", () => {
  const fileShape = [2, 3, 4] as const;
  const values = Array.from({ length: 24 }, (_, i) => i);
  const permutations = [
    [1, 2, 3],
    [1, 3, 2],
    [2, 1, 3],
    [2, 3, 1],
    [3, 1, 2],
    [3, 2, 1],
  ] as const;

  test.each(permutations)(
    "columns, rows, sections along %i, %i, %i are put in order",
    async (mapc, mapr, maps) => {
      const volume = await open({ mode: 2, fileShape, values, header: { mapc, mapr, maps } });
      const sizes = { [mapc]: 4, [mapr]: 3, [maps]: 2 };
      expect(volume.meta.shape).toEqual([sizes[3], sizes[2], sizes[1]]);
      const plain = mapc === 1 && mapr === 2;
      expect(volume.fileShape).toEqual(plain ? null : fileShape);
      const whole = await volume.readBox(wholeBox(volume.meta.shape));
      const [, ny, nx] = volume.meta.shape;
      for (let section = 0; section < 2; section++)
        for (let row = 0; row < 3; row++)
          for (let column = 0; column < 4; column++) {
            const at = { [mapc]: column, [mapr]: row, [maps]: section };
            expect(whole[(at[3] * ny + at[2]) * nx + at[1]]).toBe(values[(section * 3 + row) * 4 + column]);
          }
      // A box is the same voxels as in the whole.
      const box = { z0: 1, y0: 1, x0: 1, z1: 2, y1: ny, x1: nx };
      const part = await volume.readBox(box);
      let i = 0;
      for (let y = 1; y < ny; y++)
        for (let x = 1; x < nx; x++) expect(part[i++]).toBe(whole[(1 * ny + y) * nx + x]);
      expect(part.length).toBe(i);
    },
  );

  test("axes of 0, 0, 0 are taken as 1, 2, 3 with a warning", async () => {
    const volume = await open({ mode: 2, fileShape, values, header: { mapc: 0, mapr: 0, maps: 0 } });
    expect(volume.meta.shape).toEqual(fileShape);
    expect(volume.meta.warnings).toEqual(["MAPC, MAPR, MAPS are 0, 0, 0; they are taken as 1, 2, 3."]);
  });

  test("other axes are refused by name", async () => {
    const fixture = { mode: 2, fileShape, values, header: { mapr: 1 } };
    await expect(open(fixture)).rejects.toThrow(
      "cell.mrc: MAPC, MAPR, MAPS are 1, 1, 3; they must be 1, 2, 3 in some order.",
    );
  });
});

describe("bytes, signed or not", () => {
  const bytes = { mode: 0, fileShape: [1, 2, 2] as const, values: [0, 100, 128, 255] };
  const unsigned = [0, 100, 128, 255];
  const signed = [0, 100, -128, -1];

  type Hint = Partial<MrcNumbers>;
  const cases: readonly (readonly [why: string, header: Hint, read: number[], warnings: number])[] = [
    ["without a hint, signed", {}, signed, 0],
    ["IMOD's flags say signed", { imodStamp: IMOD_STAMP, imodFlags: 1, dmin: 0, dmax: 255 }, signed, 0],
    ["IMOD's flags say nothing: unsigned", { imodStamp: IMOD_STAMP, imodFlags: 0 }, unsigned, 1],
    ["IMOD's other flags do not matter", { imodStamp: IMOD_STAMP, imodFlags: 6 }, unsigned, 1],
    ["flags without IMOD's stamp do not matter", { imodFlags: 1, dmax: 255 }, unsigned, 1],
    ["the header's range proves unsigned", { dmin: 0, dmax: 255 }, unsigned, 1],
    ["the header's range proves signed", { dmin: -128, dmax: 100 }, signed, 0],
    ["the header's range contradicts itself", { dmin: -128, dmax: 255 }, signed, 1],
    ["the header's range is not set", { dmin: 0, dmax: -1 }, signed, 0],
    ["the header's range is NaN", { dmin: Number.NaN, dmax: Number.NaN }, signed, 0],
  ];

  test.each(cases)("%s", async (_, header, expected, warnings) => {
    expect(await readAll({ ...bytes, header })).toEqual(expected);
    const volume = await open({ ...bytes, header });
    expect(volume.meta.dtype).toBe(expected === signed ? "int8" : "uint8");
    expect(volume.meta.warnings).toHaveLength(warnings);
  });
});

describe("header", () => {
  const fixture: MrcFixture = { mode: 1, fileShape: [2, 3, 4], values: Array(24).fill(7) };

  test("voxel size is cell / M, not cell / N, in f32; 0 is unknown", async () => {
    const header = { cellX: 80.88, mx: 6, cellY: 0, my: 8, cellZ: 10, mz: 0, originX: -5, nxstart: -3 };
    const { meta, header: kept } = await open({ ...fixture, header });
    expect(meta.voxelSizeAngstrom).toEqual({ x: Math.fround(Math.fround(80.88) / 6), y: 0, z: 0 });
    expect(meta.originAngstrom).toEqual({ x: -5, y: 0, z: 0 });
    expect(kept.nxstart).toBe(-3);
  });

  test("NaN and negative cells are named, and a NaN size is unknown", async () => {
    const header = { cellX: Number.NaN, cellY: -30, dmin: Number.NaN, originZ: Number.POSITIVE_INFINITY };
    const { meta } = await open({ ...fixture, header });
    expect(meta.voxelSizeAngstrom).toEqual({ x: 0, y: -10, z: 1 });
    expect(meta.originAngstrom.z).toBe(0);
    expect(meta.warnings).toEqual([
      "The cell's edge along x is NaN Å; the voxel size is unknown.",
      "The cell's edge along y is -30 Å; the voxel size is unknown.",
    ]);
    await expect(open({ ...fixture, header }, { strict: true })).rejects.toThrow("along x is NaN");
  });

  test("a missing mark is a warning where all else makes sense, and refused when strict", async () => {
    const volume = await open({ ...fixture, map: "\0\0\0\0" });
    expect(volume.meta.warnings).toEqual(['The header lacks the mark "MAP " (it has "....").']);
    await expect(open({ ...fixture, map: "\0\0\0\0" }, { strict: true })).rejects.toThrow("lacks the mark");
  });

  test.each([
    [{ nx: 0 }, "cell.mrc: NX (columns, the fastest axis in the file) is 0; it must be from 1 to 16777216."],
    [{ nz: -7 }, "cell.mrc: NZ (sections) is -7; it must be from 1 to 16777216."],
    [{ ny: 2 ** 30 }, "cell.mrc: NY (rows) is 1073741824; it must be from 1 to 16777216."],
    [{ mode: 5 }, "cell.mrc: MODE is 5; known modes are 0, 1, 2, 3, 4, 6, 12, 101."],
    [{ nx: 2 ** 23, ny: 2 ** 23 }, "cell.mrc: NX, NY, NZ are 8388608, 8388608, 2; no volume takes"],
  ])("%j is refused by name and value", async (header, sentence) => {
    await expect(open({ ...fixture, header })).rejects.toThrow(sentence);
  });

  test.each([-1, 5000, 2 ** 31 - 1])("NSYMBT %i that cannot be is taken as 0", async (nsymbt) => {
    const volume = await open({ ...fixture, header: { nsymbt } });
    expect(volume.meta.warnings[0]).toBe(
      `NSYMBT is ${nsymbt}, which the file has no room for; the voxels begin at byte 1024.`,
    );
    expect(await readAll({ ...fixture, header: { nsymbt } })).toEqual(fixture.values);
  });

  test("bytes beyond the voxels are left alone", async () => {
    const file = mrcFixture(fixture);
    const longer = new Uint8Array(file.length + 5);
    longer.set(file);
    const volume = await openVolume(memorySource(longer, "cell.mrc"));
    expect(volume.meta.warnings).toEqual(["5 bytes follow the voxels and are left alone."]);
  });

  test("a file that ends early opens, gives what it has, and says what is missing", async () => {
    const file = mrcFixture(fixture).subarray(0, 1024 + 24 + 11);
    const volume = await openVolume(memorySource(file, "cell.mrc"));
    const sentence =
      "cell.mrc is truncated: its header promises 2 × 3 × 4 int16 voxels, 1072 bytes in all, but the file has 1059 bytes.";
    expect(volume.complete).toBe(false);
    expect(volume.meta.warnings).toEqual([sentence]);
    expect(await volume.readBox({ z0: 0, y0: 0, x0: 0, z1: 1, y1: 3, x1: 4 })).toHaveLength(12);
    await expect(volume.readBox(wholeBox([2, 3, 4]))).rejects.toMatchObject({
      tag: "truncated",
      message: sentence,
      fields: { expected: 1072, actual: 1059 },
    });
    await expect(openVolume(memorySource(file, "cell.mrc"), { strict: true })).rejects.toThrow(
      "is truncated",
    );
  });

  test("a box outside the volume is refused", async () => {
    const volume = await open(fixture);
    await expect(volume.readBox({ z0: 0, y0: 0, x0: 0, z1: 3, y1: 3, x1: 4 })).rejects.toThrow(
      "The box 0,0,0 to 3,3,4 does not lie within the volume of 2 × 3 × 4 (z, y, x).",
    );
    await expect(volume.readBox({ z0: 0.5, y0: 0, x0: 0, z1: 1, y1: 3, x1: 4 })).rejects.toThrow("0.5,0,0");
  });
});
