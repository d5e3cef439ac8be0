import { expect, test } from "vitest";
import { uniformSequence } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { BallSums } from "./ball-sums";
import { labelPieces } from "./label-pieces";
import { LabelRunsBuilder } from "./label-runs";

const calm = async () => {};
const SHAPE: Shape3 = [41, 70, 83];
const [NZ, NY, NX] = SHAPE;

/** A sponge that is one component of many runs, beside some specks. */
function sponge(): Uint8Array {
  const random = uniformSequence(3, 1);
  return Uint8Array.from({ length: voxelCount(SHAPE) }, (_, index) =>
    random() < (index % NX < 50 ? 0.6 : 0.01) ? 1 : 0,
  );
}

function plainSums(labels: Uint8Array, x: number, y: number, z: number, radius: number): number[] {
  const sums = [0, 0, 0, 0];
  labels.forEach((label, index) => {
    const voxel = [index % NX, Math.floor(index / NX) % NY, Math.floor(index / (NX * NY))];
    const squared = (voxel[0] - x) ** 2 + (voxel[1] - y) ** 2 + (voxel[2] - z) ** 2;
    if (label === 0 || squared > radius * radius) return;
    sums[0]++;
    voxel.forEach((value, axis) => {
      sums[axis + 1] += value;
    });
  });
  return sums;
}

test.each([2.5, 5, 11.3, 60])(
  "sums in balls of radius %f are those of looking at every voxel",
  async (radius) => {
    const labels = sponge();
    const builder = new LabelRunsBuilder(SHAPE, [1], false);
    builder.add(labels, null);
    const [runs] = builder.finish();
    const balls = new BallSums(await labelPieces(runs, calm), SHAPE, radius);
    const random = uniformSequence(5, 2);
    for (let i = 0; i < 12; i++) {
      // Whole numbers put voxels on the rim exactly; some centres lie outside the volume.
      const at = (n: number) => (i % 3 === 0 ? Math.round(n * random()) : 1.2 * n * random() - 0.1 * n);
      const [x, y, z] = [at(NX), at(NY), at(NZ)];
      balls.measure(x, y, z);
      expect([...balls.sums]).toEqual(plainSums(labels, x, y, z, radius));
    }
  },
);
