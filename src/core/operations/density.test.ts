import { expect, test } from "vitest";
import { AbortError } from "../errors";
import type { AtomicStructure } from "../structure/structure";
import { checkParams } from "../task/params";
import type { VolumeSpec } from "../volume/volume";
import { DENSITY } from "./density";

/** Eight carbons at the corners of a box. */
const structure: AtomicStructure = {
  kind: "atoms",
  name: "box",
  positionsAngstrom: Float32Array.from(
    { length: 24 },
    (_, i) => 500 + 30 * ((Math.floor(i / 3) >> (i % 3)) & 1),
  ),
  atomicNumbers: new Uint8Array(8).fill(6),
  occupancies: new Float32Array(8).fill(1),
};

async function run(given: Record<string, unknown>, breathe: () => Promise<void> = async () => {}) {
  const written: { spec: VolumeSpec; values: number[]; closed: boolean }[] = [];
  const notes: string[] = [];
  const output = await DENSITY.run({ structure }, checkParams(DENSITY.params, given), {
    signal: new AbortController().signal,
    onProgress: ({ note }) => notes.push(note),
    breathe,
    async createVolume(spec) {
      const volume = { spec, values: [] as number[], closed: false };
      written.push(volume);
      return {
        write: async (values) => {
          volume.values.push(...Array.from(values));
        },
        close: async () => {
          volume.closed = true;
        },
      };
    },
  });
  return { output, written, notes };
}

test("the map holds the electrons about its middle, the mask the voxels around the atoms", async () => {
  const { output, written, notes } = await run({ voxelSizeAngstrom: 5, resolutionAngstrom: 15 });
  const [map, mask] = written;
  const { side } = output;
  expect(map.spec).toMatchObject({
    role: "map",
    name: "box-map.mrc",
    shape: [side, side, side],
    dtype: "float32",
    voxelSizeAngstrom: { x: 5, y: 5, z: 5 },
  });
  expect(mask.spec).toMatchObject({
    role: "mask",
    name: "box-mask.mrc",
    shape: [side, side, side],
    dtype: "int8",
  });
  expect(written.every(({ closed, values }) => closed && values.length === side ** 3)).toBe(true);
  expect(output.electrons).toBeCloseTo(48, 1);
  expect(map.values.reduce((a, b) => a + b, 0) * 125).toBeCloseTo(output.electrons, 6);
  expect(mask.values.reduce((a, b) => a + b, 0)).toBe(output.maskVoxels);
  // Three voxels from the middle are the corners of the box.
  const middle = (side ** 3 - 1) / 2;
  const corner = middle + 3 * (side * side + side + 1);
  expect([mask.values[middle], mask.values[corner]]).toEqual([0, 1]);
  expect(map.values[corner]).toBe(Math.max(...map.values));
  expect(notes.at(-1)).toBe("done");
});

test("a given side is kept, a higher level makes a smaller mask, a dilated one is larger", async () => {
  const given = { voxelSizeAngstrom: 5, resolutionAngstrom: 15, side: 31 };
  const { output } = await run(given);
  expect(output.side).toBe(31);
  expect((await run({ ...given, maskLevel: 1.2 })).output.maskVoxels).toBeLessThan(output.maskVoxels);
  expect((await run({ ...given, maskDilation: 1 })).output.maskVoxels).toBeGreaterThan(output.maskVoxels);
});

test("a resolution that the voxels do not hold and an even side are refused; a cancel ends it", async () => {
  await expect(run({ voxelSizeAngstrom: 10, resolutionAngstrom: 19 })).rejects.toThrow(
    "The resolution must be at least two voxels (20 Å), not 19 Å.",
  );
  await expect(run({ side: 30 })).rejects.toThrow("The side must be an odd number of voxels, not 30.");
  const cancel = () => Promise.reject(new AbortError());
  await expect(run({}, cancel)).rejects.toThrow(AbortError);
});
