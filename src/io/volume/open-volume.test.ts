import { describe, expect, test } from "vitest";
import { wholeBox } from "../../core/volume/shape";
import { mrcFixture } from "../../testing/mrc-fixture";
import type { ByteSource } from "../source/byte-source";
import { memorySource } from "../source/memory-source";
import { openVolume } from "./open-volume";
import { readWholeStatistics } from "./read-whole-statistics";

const ascii = (start: string, size = 2000) => {
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 73 + 41) % 256);
  bytes.set(Uint8Array.from(start, (character) => character.charCodeAt(0)));
  return bytes;
};
const text = (content: string) => new TextEncoder().encode(content);

describe("what is no volume is named", () => {
  test.each([
    ["\x89PNG\r\n\x1a\n", "a PNG image"],
    ["\xff\xd8\xff\xe0", "a JPEG image"],
    ["II*\0", "a TIFF image"],
    ["MM\0*", "a TIFF image"],
    ["\x89HDF\r\n\x1a\n", "an HDF5 file"],
    ["PK\x03\x04", "a ZIP archive"],
  ])("%j", async (start, what) => {
    for (const size of [600, 5000])
      await expect(openVolume(memorySource(ascii(start, size), "cell.mrc"))).rejects.toMatchObject({
        tag: "not-this-format",
        message: `cell.mrc is ${what}, not an MRC or EM volume.`,
      });
  });

  test.each([
    ["\n# version 30001\n\ndata_particles\n\nloop_\n_rlnCoordinateX #1\n", "a STAR file"],
    ['{"classes": []}', "a JSON file"],
    ["<!DOCTYPE html><html><body>404</body></html>", "a web page"],
    ["<objlist>\n</objlist>", "an XML file"],
    ["1 2 3\n4 5 6\n", "a text file"],
    ["version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer, not the file itself"],
  ])("%j", async (content, what) => {
    for (const repeat of [1, 200])
      await expect(openVolume(memorySource(text(content.repeat(repeat)), "a.mrc"))).rejects.toThrow(
        `a.mrc is ${what}, not an MRC or EM volume.`,
      );
  });

  test("an empty file", async () => {
    await expect(openVolume(memorySource(new Uint8Array(0), "a.mrc"))).rejects.toMatchObject({
      tag: "empty-file",
      message: "a.mrc is empty.",
    });
  });

  test("a file shorter than a header", async () => {
    const file = mrcFixture({ mode: 2, fileShape: [1, 1, 1], values: [1] }).subarray(0, 1000);
    await expect(openVolume(memorySource(file, "a.mrc"))).rejects.toThrow("a.mrc has 1000 bytes: too few");
  });

  test("nothing but zeros", async () => {
    await expect(openVolume(memorySource(new Uint8Array(4000), "a.mrc"))).rejects.toThrow("NX (columns");
  });
});

/** A file of 1.6 GB that is not there: sections are made as they are read, and reads are counted. */
function largeSource() {
  const [nz, ny, nx] = [464, 928, 928];
  const head = mrcFixture({ mode: 2, fileShape: [nz, ny, nx], values: [] });
  const reads: { offset: number; length: number }[] = [];
  const source: ByteSource = {
    name: "large.mrc",
    size: 1024 + nz * ny * nx * 4,
    async read(offset, length) {
      reads.push({ offset, length });
      if (offset < 1024) return head.slice(offset, offset + length);
      const first = (offset - 1024) / 4;
      const values = Float32Array.from({ length: length / 4 }, (_, i) => (first + i) % 1009);
      return new Uint8Array(values.buffer);
    },
  };
  const voxel = (z: number, y: number, x: number) => ((z * ny + y) * nx + x) % 1009;
  return { source, reads, voxel, shape: [nz, ny, nx] as const };
}

const bytesOf = (reads: readonly { length: number }[]) => reads.reduce((sum, { length }) => sum + length, 0);

describe("a file of 1.6 GB", () => {
  test("opening reads the header alone, an XY slice one range", async () => {
    const { source, reads, voxel, shape } = largeSource();
    const volume = await openVolume(source);
    expect(volume.meta.shape).toEqual(shape);
    expect(Math.max(...reads.map(({ offset, length }) => offset + length))).toBe(1024);
    expect(bytesOf(reads)).toBeLessThanOrEqual(1024 + 4);
    reads.length = 0;
    const slice = await volume.readBox({ z0: 232, y0: 0, x0: 0, z1: 233, y1: 928, x1: 928 });
    expect(reads).toEqual([{ offset: 1024 + 232 * 928 * 928 * 4, length: 928 * 928 * 4 }]);
    expect(slice[5 * 928 + 7]).toBe(voxel(232, 5, 7));
  });

  test("an XZ slice reads its rows alone", async () => {
    const { source, reads, voxel } = largeSource();
    const volume = await openVolume(source);
    reads.length = 0;
    const slice = await volume.readBox({ z0: 0, y0: 400, x0: 0, z1: 464, y1: 401, x1: 928 });
    expect(bytesOf(reads)).toBe(464 * 928 * 4);
    expect(slice[100 * 928 + 7]).toBe(voxel(100, 400, 7));
  });

  test("a box reads its rows and the gaps between them, no more", async () => {
    const { source, reads, voxel } = largeSource();
    const volume = await openVolume(source);
    reads.length = 0;
    const box = await volume.readBox({ z0: 10, y0: 20, x0: 30, z1: 42, y1: 52, x1: 62 });
    expect(reads.length).toBe(32);
    expect(bytesOf(reads)).toBe(32 * (31 * 928 + 32) * 4);
    expect(box[(3 * 32 + 4) * 32 + 5]).toBe(voxel(13, 24, 35));
  });

  test("a thick slab is read in ranges of at most 8 MiB", async () => {
    const { source, reads, voxel } = largeSource();
    const volume = await openVolume(source);
    reads.length = 0;
    const slab = await volume.readBox({ z0: 7, y0: 0, x0: 0, z1: 14, y1: 928, x1: 928 });
    expect(bytesOf(reads)).toBe(7 * 928 * 928 * 4);
    expect(Math.max(...reads.map(({ length }) => length))).toBeLessThanOrEqual(8 * 2 ** 20);
    for (const [z, y, x] of [
      [7, 0, 0],
      [9, 927, 927],
      [10, 1, 1],
      [13, 500, 3],
    ])
      expect(slab[((z - 7) * 928 + y) * 928 + x]).toBe(voxel(z, y, x));
  });
});

test("statistics are read in slabs of at most 32 MiB, with progress, and can be stopped", async () => {
  const { source, reads } = largeSource();
  const volume = await openVolume(source);
  const done: number[] = [];
  const stop = (sections: number, total: number) => {
    expect(total).toBe(464);
    done.push(sections);
    if (done.length === 3) throw new Error("stopped");
  };
  reads.length = 0;
  await expect(readWholeStatistics(volume, stop)).rejects.toThrow("stopped");
  expect(done).toEqual([9, 18, 27]);
  expect(bytesOf(reads)).toBe(27 * 928 * 928 * 4);
});

test("NaN and infinite voxels are read as they are and counted", async () => {
  const values = [1, Number.NaN, 3, Number.POSITIVE_INFINITY];
  const file = mrcFixture({ mode: 2, fileShape: [1, 2, 2], values });
  const volume = await openVolume(memorySource(file, "a.mrc"));
  expect([...(await volume.readBox(wholeBox([1, 2, 2])))]).toEqual(values);
  expect(await readWholeStatistics(volume)).toEqual({ min: 1, max: 3, mean: 2, std: 1, nonFinite: 2 });
});
