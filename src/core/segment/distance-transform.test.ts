import { expect, test } from "vitest";
import { uniformSequence } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { distanceTransform } from "./distance-transform";

const noBreath = async () => {};

function bruteForce(set: Uint8Array, [nz, ny, nx]: Shape3): number[] {
  const distances: number[] = [];
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) {
        let nearest = Number.POSITIVE_INFINITY;
        for (let i = 0; i < set.length; i++) {
          if (!set[i]) continue;
          const [iz, iy, ix] = [Math.floor(i / (ny * nx)), Math.floor(i / nx) % ny, i % nx];
          nearest = Math.min(nearest, Math.hypot(z - iz, y - iy, x - ix));
        }
        distances.push(nearest);
      }
  return distances;
}

test.each<[Shape3, number]>([
  [[13, 17, 23], 0.01],
  [[7, 20, 33], 0.3],
  [[1, 1, 40], 0.05],
  [[40, 1, 1], 0.05],
  [[9, 31, 2], 0.02],
])(
  "distances in a volume of %j with a share of %d in the set are those of brute force",
  async (shape, share) => {
    const random = uniformSequence(7, shape[2]);
    const set = Uint8Array.from({ length: voxelCount(shape) }, () => (random() < share ? 1 : 0));
    set[Math.floor(set.length / 2)] = 1;
    const distances = await distanceTransform((i) => set[i] > 0, shape, noBreath);
    const expected = bruteForce(set, shape);
    for (let i = 0; i < set.length; i++) expect(distances[i]).toBe(Math.fround(expected[i]));
  },
);

test("nothing is near an empty set, and a full one is everywhere", async () => {
  expect((await distanceTransform(() => false, [3, 4, 5], noBreath)).every((d) => d === Infinity)).toBe(true);
  expect((await distanceTransform(() => true, [3, 4, 5], noBreath)).every((d) => d === 0)).toBe(true);
});

test("a cancelled transform stops", async () => {
  const cancel = async () => {
    throw new Error("cancelled");
  };
  await expect(distanceTransform((i) => i === 0, [2, 1024, 1024], cancel)).rejects.toThrow("cancelled");
});
