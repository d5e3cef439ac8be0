export type Triple = readonly [z: number, y: number, x: number];

const distance = (a: Triple, b: Triple) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** numpy.round: to the nearest, ties to even. */
const numpyRound = (v: number) => (Math.abs(v % 1) === 0.5 ? 2 * Math.round(v / 2) : Math.round(v));

/** scikit-learn's MeanShift(bandwidth, bin_seeding=True).fit, written plainly from its documentation: all points, all distances. */
export function plainMeanShift(points: Triple[], bandwidth: number): { centres: Triple[]; labels: number[] } {
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
