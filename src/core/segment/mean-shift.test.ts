import { expect, test } from "vitest";
import { uniformSequence } from "../random/philox";
import { type Point3, type Shape3, voxelCount } from "../volume/shape";
import { LabelRunsBuilder } from "./label-runs";
import { meanShift, meanShiftModes } from "./mean-shift";

const calm = async () => {};

type Triple = readonly [z: number, y: number, x: number];

const distance = (a: Triple, b: Triple) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** numpy.round: to the nearest, ties to even. */
const numpyRound = (v: number) => (Math.abs(v % 1) === 0.5 ? 2 * Math.round(v / 2) : Math.round(v));

/** scikit-learn's MeanShift(bandwidth, bin_seeding=True).fit, written plainly from its documentation: all points, all distances. */
function plainMeanShift(points: Triple[], bandwidth: number): { centres: Triple[]; labels: number[] } {
  const bins = new Map(
    points.map((p) => p.map((v) => numpyRound(v / bandwidth))).map((bin) => [bin.join(), bin]),
  );
  const seeds: Triple[] =
    bins.size === points.length
      ? points
      : [...bins.values()].map(
          (bin) => bin.map((v) => Math.fround(v * Math.fround(bandwidth))) as unknown as Triple,
        );
  const weights = new Map<string, { centre: Triple; weight: number }>();
  for (const seed of seeds) {
    let centre = seed;
    let near: Triple[] = [];
    for (let iteration = 0; ; iteration++) {
      near = points.filter((p) => distance(p, centre) <= bandwidth);
      if (near.length === 0) break;
      const before = centre;
      centre = [0, 1, 2].map(
        (a) => near.reduce((sum, p) => sum + p[a], 0) / near.length,
      ) as unknown as Triple;
      if (distance(centre, before) <= 1e-3 * bandwidth || iteration === 300) break;
    }
    if (near.length > 0) weights.set(centre.join(), { centre, weight: near.length });
  }
  const sorted = [...weights.values()].sort(
    (a, b) =>
      b.weight - a.weight ||
      b.centre[0] - a.centre[0] ||
      b.centre[1] - a.centre[1] ||
      b.centre[2] - a.centre[2],
  );
  const centres: Triple[] = [];
  for (const { centre } of sorted)
    if (centres.every((kept) => distance(kept, centre) > bandwidth)) centres.push(centre);
  const labels = points.map((p) => {
    const distances = centres.map((centre) => distance(p, centre));
    return distances.indexOf(Math.min(...distances));
  });
  return { centres, labels };
}

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

test.each([2, 3.5, 4, 5.3])(
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

    const modes = await meanShiftModes(runs, bandwidth, calm);
    expect(modes.length).toBe(centres.length);
    modes.forEach((mode, i) => {
      // Ours sums whole numbers exactly; the plain mean rounds in the last bits.
      expect([mode.z, mode.y, mode.x].map((v) => v.toFixed(9))).toEqual(centres[i].map((v) => v.toFixed(9)));
    });

    const sizes = centres
      .map((_, i) => labels.filter((label) => label === i).length)
      .filter((size) => size > 0);
    const clusters = await meanShift(runs, bandwidth, calm);
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
  const clusters = await meanShift(
    runsOf(
      values,
      SHAPE,
      values.map(() => 0.75),
    ),
    4,
    calm,
  );
  expect(clusters).toHaveLength(2);
  expect(clusters.map(({ centroid }) => Math.round(centroid.x)).sort((a, b) => a - b)).toEqual([6, 14]);
  expect(clusters.map((cluster) => cluster.meanScore)).toEqual([0.75, 0.75]);
});

test("a label without voxels has no clusters, a lone voxel is its own", async () => {
  const empty = new Array(voxelCount(SHAPE)).fill(0);
  expect(await meanShift(runsOf(empty, SHAPE), 3, calm)).toEqual([]);
  const lone = [...empty];
  lone[(4 * 17 + 3) * 23 + 2] = 1;
  expect(await meanShift(runsOf(lone, SHAPE), 3, calm)).toMatchObject([
    { sizeVoxels: 1, centroid: { x: 2, y: 3, z: 4 } },
  ]);
});
