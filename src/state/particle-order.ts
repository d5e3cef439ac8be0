import type { Particle } from "../core/particles/particle-list";

export type ParticleColumn = "id" | "label" | "sizeVoxels" | "score" | "x" | "y" | "z";

export interface ParticleSort {
  readonly column: ParticleColumn;
  readonly descending: boolean;
}

/** Returns the particles in the order of a column; ties by id; what is not known comes last either way. */
export function orderParticles(
  particles: readonly Particle[],
  { column, descending }: ParticleSort,
): readonly Particle[] {
  const sign = descending ? -1 : 1;
  return [...particles].sort((a, b) => {
    const [left, right] = [a[column], b[column]];
    if (left === right) return a.id - b.id;
    if (left === null) return 1;
    if (right === null) return -1;
    return sign * (left - right);
  });
}
