import { expect, test } from "vitest";
import { uniformSequence } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { distanceToLabel } from "./distance-to-label";
import { distanceTransform } from "./distance-transform";
import { labelPieces } from "./label-pieces";
import { LabelRunsBuilder } from "./label-runs";

const calm = async () => {};
const SHAPE: Shape3 = [40, 50, 61];
const [, NY, NX] = SHAPE;

/** A shell, of many runs, and some specks. */
function shell(): Uint8Array {
  const random = uniformSequence(8, 1);
  return Uint8Array.from({ length: voxelCount(SHAPE) }, (_, i) => {
    const [x, y, z] = [i % NX, Math.floor(i / NX) % NY, Math.floor(i / (NX * NY))];
    return Math.abs(Math.hypot(x - 30, y - 25, z - 20) - 14) < 1.5 || random() < 0.0005 ? 1 : 0;
  });
}

async function piecesOf(labels: Uint8Array) {
  const builder = new LabelRunsBuilder(SHAPE, [1], false);
  builder.add(labels, null);
  return labelPieces(builder.finish()[0], calm);
}

test("distances from voxels are those of the distance transform", async () => {
  const labels = shell();
  const pieces = await piecesOf(labels);
  const expected = await distanceTransform((i) => labels[i] === 1, SHAPE, calm);
  for (let i = 0; i < labels.length; i += 97) {
    const point = { x: i % NX, y: Math.floor(i / NX) % NY, z: Math.floor(i / (NX * NY)) };
    expect(Math.fround(distanceToLabel(pieces, point))).toBe(expected[i]);
  }
});

test("distances from points between voxels are those to the nearest voxel's centre", async () => {
  const labels = shell();
  const pieces = await piecesOf(labels);
  const random = uniformSequence(8, 2);
  for (let k = 0; k < 40; k++) {
    const point = { x: 80 * random() - 10, y: 60 * random(), z: 50 * random() };
    let nearest = Infinity;
    labels.forEach((label, i) => {
      if (label !== 1) return;
      const [x, y, z] = [i % NX, Math.floor(i / NX) % NY, Math.floor(i / (NX * NY))];
      nearest = Math.min(nearest, Math.hypot(x - point.x, y - point.y, z - point.z));
    });
    expect(distanceToLabel(pieces, point)).toBeCloseTo(nearest, 9);
  }
});

test("a label without voxels is infinitely far away", async () => {
  const pieces = await piecesOf(new Uint8Array(voxelCount(SHAPE)));
  expect(distanceToLabel(pieces, { x: 1, y: 2, z: 3 })).toBe(Infinity);
});
