import { expect, test } from "vitest";
import { plainMeanShift, type Triple } from "../../testing/plain-mean-shift";
import { uniformSequence } from "../random/philox";
import { type Point3, type Shape3, voxelCount } from "../volume/shape";
import { labelPieces } from "./label-pieces";
import { type LabelRuns, LabelRunsBuilder } from "./label-runs";
import { meanShift, meanShiftModes } from "./mean-shift";

const calm = async () => {};

function balls(
  shape: Shape3,
  centres: Point3[],
  radius: number,
  extra: (index: number) => boolean,
): number[] {
  const [, ny, nx] = shape;
  return Array.from({ length: voxelCount(shape) }, (_, i) => {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    const inside = centres.some((c) => Math.hypot(x - c.x, y - c.y, z - c.z) <= radius);
    return inside || extra(i) ? 1 : 0;
  });
}

function pointsOf(values: number[], [, ny, nx]: Shape3): Triple[] {
  return values.flatMap((v, i) =>
    v === 1 ? [[Math.floor(i / (nx * ny)), Math.floor(i / nx) % ny, i % nx] as const] : [],
  );
}

function runsOf(values: number[], shape: Shape3, scores?: number[]) {
  const builder = new LabelRunsBuilder(shape, [1], scores !== undefined);
  builder.add(values, scores ?? null);
  return builder.finish()[0];
}

const SHAPE: Shape3 = [13, 17, 23];

const clustersOf = async (runs: LabelRuns, bandwidth: number) =>
  meanShift(runs, await labelPieces(runs, calm), bandwidth, calm);

test.each([0.8, 1.3, 2, 3.5, 4, 5.3])(
  "modes and clusters at bandwidth %f are those of scikit-learn's rules",
  async (bandwidth) => {
    const random = uniformSequence(11, Math.round(10 * bandwidth));
    const values = balls(
      SHAPE,
      [
        { x: 5, y: 5, z: 5 },
        { x: 12, y: 6, z: 5.5 }, // touches the first
        { x: 18, y: 12, z: 8 },
      ],
      4,
      () => random() < 0.01,
    );
    const points = pointsOf(values, SHAPE);
    const { centres, labels } = plainMeanShift(points, bandwidth);
    const runs = runsOf(values, SHAPE);

    const modes = await meanShiftModes(runs, await labelPieces(runs, calm), bandwidth, calm);
    expect(modes.length).toBe(centres.length);
    modes.forEach((mode, i) => {
      // Ours sums whole numbers exactly; the plain mean rounds in the last bits.
      expect([mode.z, mode.y, mode.x].map((v) => v.toFixed(9))).toEqual(centres[i].map((v) => v.toFixed(9)));
    });

    const sizes = centres
      .map((_, i) => labels.filter((label) => label === i).length)
      .filter((size) => size > 0);
    const clusters = await clustersOf(runs, bandwidth);
    expect(clusters.map((cluster) => cluster.sizeVoxels)).toEqual(sizes);
    const first = points.filter((_, i) => labels[i] === 0);
    expect(clusters[0].centroid.x).toBeCloseTo(first.reduce((sum, p) => sum + p[2], 0) / first.length, 9);
  },
);

test("two balls that touch are divided, where components would join them", async () => {
  const values = balls(
    SHAPE,
    [
      { x: 6, y: 8, z: 6 },
      { x: 14, y: 8, z: 6 },
    ],
    4,
    () => false,
  );
  const clusters = await clustersOf(
    runsOf(
      values,
      SHAPE,
      values.map(() => 0.75),
    ),
    4,
  );
  expect(clusters).toHaveLength(2);
  expect(clusters.map(({ centroid }) => Math.round(centroid.x)).sort((a, b) => a - b)).toEqual([6, 14]);
  expect(clusters.map((cluster) => cluster.meanScore)).toEqual([0.75, 0.75]);
});

test("a label without voxels has no clusters, a lone voxel is its own", async () => {
  const empty = new Array(voxelCount(SHAPE)).fill(0);
  expect(await clustersOf(runsOf(empty, SHAPE), 3)).toEqual([]);
  const lone = [...empty];
  lone[(4 * 17 + 3) * 23 + 2] = 1;
  expect(await clustersOf(runsOf(lone, SHAPE), 3)).toMatchObject([
    { sizeVoxels: 1, centroid: { x: 2, y: 3, z: 4 } },
  ]);
});
