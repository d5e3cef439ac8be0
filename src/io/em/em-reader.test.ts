import { describe, expect, test } from "vitest";
import { wholeBox } from "../../core/volume/shape";
import { memorySource } from "../source/memory-source";
import { openVolume } from "../volume/open-volume";

const SHAPE = [2, 3, 5] as const;

type Put = (view: DataView, offset: number, value: number, order: boolean) => void;

const TYPES: readonly (readonly [type: number, dtype: string, bytes: number, put: Put])[] = [
  [1, "int8", 1, (view, offset, value) => view.setInt8(offset, value)],
  [2, "int16", 2, (view, offset, value, order) => view.setInt16(offset, value, order)],
  [4, "int32", 4, (view, offset, value, order) => view.setInt32(offset, value, order)],
  [5, "float32", 4, (view, offset, value, order) => view.setFloat32(offset, value, order)],
  [9, "float64", 8, (view, offset, value, order) => view.setFloat64(offset, value, order)],
];

function emFixture(type: number, machine: number, littleEndian: boolean, values: readonly number[]) {
  const [, , bytes, put] = TYPES.find(([known]) => known === type) ?? TYPES[0];
  const file = new Uint8Array(512 + values.length * bytes);
  const view = new DataView(file.buffer);
  file[0] = machine;
  file[3] = type;
  [SHAPE[2], SHAPE[1], SHAPE[0]].forEach((side, i) => {
    view.setInt32(4 + 4 * i, side, littleEndian);
  });
  file.set(new TextEncoder().encode("a comment"), 16);
  values.forEach((value, i) => {
    put(view, 512 + i * bytes, value, littleEndian);
  });
  return file;
}

const open = (file: Uint8Array, options = {}) => openVolume(memorySource(file, "motl.em"), options);

describe.each([
  ["PC", 6, true],
  ["VAX", 1, true],
  ["SGI", 3, false],
  ["Mac", 5, false],
  ["OS-9", 0, false],
])("written on a %s", (_, machine, littleEndian) => {
  test.each(TYPES)("type %i (%s) is read", async (type, dtype) => {
    const values = Array.from({ length: 30 }, (_, i) => (i - 15) * (type === 9 ? 0.1 : 1));
    const volume = await open(emFixture(type, machine, littleEndian, values));
    expect(volume).toMatchObject({ format: "em", mode: null, fileShape: null, complete: true });
    expect(volume.header.comment).toBe("a comment");
    expect(volume.meta).toMatchObject({
      shape: SHAPE,
      dtype,
      warnings: [],
      voxelSizeAngstrom: { x: 0, y: 0, z: 0 },
    });
    expect([...(await volume.readBoxDouble(wholeBox(SHAPE)))]).toEqual(values);
    expect([...(await volume.readBox(wholeBox(SHAPE)))]).toEqual(values.map(Math.fround));
  });
});

test("a wrong machine code is overruled by the sizes, with a warning", async () => {
  const file = emFixture(5, 6, false, Array(30).fill(2.5));
  const volume = await open(file);
  expect(volume.meta.warnings).toEqual(["The machine code 6 is wrong: the sizes show the other byte order."]);
  expect((await volume.readBox(wholeBox(SHAPE)))[29]).toBe(2.5);
  await expect(open(file, { strict: true })).rejects.toThrow("machine code 6 is wrong");
});

test("a file that ends early says what is missing", async () => {
  const volume = await open(emFixture(2, 6, true, Array(30).fill(1)).subarray(0, 560));
  const sentence =
    "motl.em is truncated: its header promises 2 × 3 × 5 int16 voxels, 572 bytes in all, but the file has 560 bytes.";
  expect(volume.meta.warnings).toEqual([sentence]);
  await expect(volume.readBox(wholeBox(SHAPE))).rejects.toThrow(sentence);
});

test("complex and unknown types are no EM volume to us", async () => {
  await expect(open(emFixture(8, 6, true, Array(300).fill(1)))).rejects.toMatchObject({
    name: "FormatError",
  });
});
