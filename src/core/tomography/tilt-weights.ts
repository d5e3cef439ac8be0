/**
 * Returns the angle in radians that each image stands for: half the distance to its neighbour on each side, in the circle of
 * directions that closes after 180°. The widest gap is what was not measured: the images at its ends get no more of it than
 * their distance to the other side. Those of a full series add up to π; two of one tilt share; order does not matter.
 */
export function tiltWeights(tiltsDeg: readonly number[]): readonly number[] {
  const direction = (tilt: number) => ((tilt % 180) + 180) % 180;
  const order = [...tiltsDeg.keys()].sort((a, b) => direction(tiltsDeg[a]) - direction(tiltsDeg[b]));
  const count = order.length;
  const gaps = order.map((image, i) => {
    const next = direction(tiltsDeg[order[(i + 1) % count]]);
    return next - direction(tiltsDeg[image]) + (i + 1 < count ? 0 : 180);
  });
  const widest = gaps.indexOf(Math.max(...gaps));
  const weights = new Array<number>(count).fill(0);
  order.forEach((image, i) => {
    const [before, after] = [gaps[(i + count - 1) % count], gaps[i]];
    const left = (i + count - 1) % count === widest ? Math.min(before, after) : before;
    const right = i === widest ? Math.min(before, after) : after;
    weights[image] = ((left + right) / 2) * (Math.PI / 180);
  });
  return weights;
}
