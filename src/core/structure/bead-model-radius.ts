import type { BeadModel } from "./structure";

/** The rest are loops and tails that reach far and weigh little. */
const SHARE_WITHIN = 0.98;

/** Returns the radius in Å of the sphere about the centre of mass that holds the centres of beads with 98 % of the electrons. */
export function beadModelRadius({ positionsAngstrom, electrons }: BeadModel): number {
  const shells = Array.from(electrons, (weight, i) => ({
    radius: Math.hypot(...positionsAngstrom.subarray(3 * i, 3 * i + 3)),
    weight,
  })).sort((a, b) => a.radius - b.radius);
  const total = electrons.reduce((sum, weight) => sum + weight, 0);
  let within = 0;
  for (const { radius, weight } of shells) {
    within += weight;
    if (within >= SHARE_WITHIN * total) return radius;
  }
  return 0;
}
