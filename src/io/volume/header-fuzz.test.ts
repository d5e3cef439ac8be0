import { expect, test } from "vitest";
import { FormatError } from "../../core/errors";
import { uniformSequence } from "../../core/random/philox";
import { wholeBox } from "../../core/volume/shape";
import { mrcFixture } from "../../testing/mrc-fixture";
import type { ByteSource } from "../source/byte-source";
import { memorySource } from "../source/memory-source";
import { openVolume } from "./open-volume";
import { readWholeStatistics } from "./read-whole-statistics";

const SEED = 20_141;
const CASES = 6000;

/** Values that headers get wrong: extremes, powers, NaN, and sizes that only just fit or do not. */
const NASTY = [
  0,
  -1,
  1,
  2,
  3,
  255,
  256,
  1023,
  65536,
  2 ** 24,
  2 ** 24 + 1,
  2 ** 31 - 1,
  -(2 ** 31),
  0x7fc00000,
];

const MODES = [0, 1, 2, 3, 4, 6, 12, 101];

const draw = uniformSequence(SEED, 0);
const below = (count: number) => Math.floor(draw() * count);

/** A valid file of a few voxels, random mode and byte order. */
function validFile(): Uint8Array<ArrayBuffer> {
  const fileShape = [1 + below(4), 1 + below(5), 1 + below(6)] as const;
  const mode = MODES[below(MODES.length)];
  const count = fileShape[0] * fileShape[1] * fileShape[2] * (mode === 3 || mode === 4 ? 2 : 1);
  const values = Array.from({ length: count }, () => below(16));
  return mrcFixture({ mode, fileShape, values, littleEndian: below(2) === 0 });
}

/** Random bytes, half of them under an EM header whose sizes are right or nasty. */
function randomFile(): Uint8Array<ArrayBuffer> {
  const file = Uint8Array.from({ length: below(3000) }, () => below(256));
  if (file.length < 16 || below(2) === 0) return file;
  const view = new DataView(file.buffer);
  file[0] = below(7);
  file[3] = [1, 2, 4, 5, 9][below(5)];
  for (const offset of [4, 8, 12])
    view.setInt32(offset, below(6) > 0 ? 1 + below(8) : NASTY[below(NASTY.length)], below(3) > 0);
  return file;
}

/** A file to try: random bytes, or a valid one with words, bytes or its end changed. */
function fuzzedFile(): Uint8Array<ArrayBuffer> {
  if (below(6) === 0) return randomFile();
  const file = validFile();
  const view = new DataView(file.buffer);
  for (let changes = below(5); changes > 0; changes--) {
    if (below(2) === 0) file[below(1024)] = below(256);
    // The first 24 words hold sizes, mode, cell, axes and NSYMBT.
    else view.setInt32(4 * below(24), NASTY[below(NASTY.length)], below(4) > 0);
  }
  return below(4) === 0 ? file.slice(0, below(file.length + 1)) : file;
}

/** Fails a read beyond the file, which would mean that its bytes were allocated in vain. */
function guarded(source: ByteSource): ByteSource {
  return {
    ...source,
    read(offset, length) {
      expect(offset + length).toBeLessThanOrEqual(source.size);
      return source.read(offset, length);
    },
  };
}

async function openAndRead(file: Uint8Array, strict: boolean): Promise<"opened" | "read"> {
  const volume = await openVolume(guarded(memorySource(file, "fuzz.mrc")), { strict });
  expect(volume.meta.shape.every((side) => side >= 1)).toBe(true);
  const { x, y, z } = volume.meta.voxelSizeAngstrom;
  expect([x, y, z].every(Number.isFinite)).toBe(true);
  expect((await volume.readExtendedHeader()).length).toBeLessThanOrEqual(file.length);
  const statistics = await readWholeStatistics(volume).catch((error) => {
    expect(volume.complete).toBe(false);
    throw error;
  });
  expect(statistics.nonFinite).toBeGreaterThanOrEqual(0);
  const voxels = await volume.readBox(wholeBox(volume.meta.shape));
  // A 4-bit voxel becomes four bytes: nothing grows by more.
  expect(voxels.byteLength).toBeLessThanOrEqual(8 * file.length);
  return "read";
}

test(`${CASES} damaged headers: a sentence or a volume, never a crash (seed ${SEED})`, async () => {
  const outcomes = { read: 0, refused: 0 };
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let i = 0; i < CASES; i++) {
    const file = fuzzedFile();
    try {
      await openAndRead(file, i % 3 === 0);
      outcomes.read++;
    } catch (error) {
      if (!(error instanceof FormatError))
        throw new Error(`case ${i}, bytes ${file.join(" ")}`, { cause: error });
      expect(error.message).toMatch(/^fuzz\.mrc.*\.$/s);
      outcomes.refused++;
    }
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  // Both ways are well trodden, and the files, of at most 3 kB each, left no large arrays behind between collections.
  expect(outcomes.read).toBeGreaterThan(CASES / 5);
  expect(outcomes.refused).toBeGreaterThan(CASES / 5);
  expect(most).toBeLessThan(256 * 2 ** 20);
});
