/** Directions that differ by less, in parts of a degree, are the same: 1e-6°. */
const PARTS = 1e6;

/**
 * Returns the angle in radians that each image stands for: half the distance to the next direction on each side, in the circle
 * of directions that closes after 180°. The widest gap is what was not measured: the directions at its ends get no more of it
 * than of the gap on their other side. A full series adds up to π; images of one direction share; order does not matter.
 */
export function tiltWeights(tiltsDeg: readonly number[]): readonly number[] {
  const direction = (tilt: number) => (Math.round((((tilt % 180) + 180) % 180) * PARTS) / PARTS) % 180;
  const directions = tiltsDeg.map(direction);
  const sorted = [...new Set(directions)].sort((a, b) => a - b);
  const count = sorted.length;
  const gaps = sorted.map((from, i) => (i + 1 < count ? sorted[i + 1] : sorted[0] + 180) - from);
  const widest = gaps.indexOf(Math.max(...gaps));
  const shares = new Map(
    sorted.map((from, i) => {
      const last = (i + count - 1) % count;
      const [before, after] = [gaps[last], gaps[i]];
      const least = Math.min(before, after);
      return [from, ((last === widest ? least : before) + (i === widest ? least : after)) / 2];
    }),
  );
  return directions.map((from) => {
    const images = directions.filter((other) => other === from).length;
    return ((shares.get(from) ?? 0) / images) * (Math.PI / 180);
  });
}
