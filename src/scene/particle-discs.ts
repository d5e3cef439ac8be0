import type { Axis } from "../core/volume/shape";
import { inPlane, type Point2 } from "./slice-plane";
import type { ParticleMark } from "./viewer-props";

/** The circle in which a slice cuts a particle's sphere, in voxels of the slice. */
export interface ParticleDisc extends Point2 {
  readonly id: number;
  readonly label: number;
  readonly radius: number;
}

/** Returns the circles of the particles that the slab of `slab` slices centred on `index` cuts. */
export function particleDiscs(
  particles: readonly ParticleMark[],
  axis: Axis,
  index: number,
  slab: number,
): ParticleDisc[] {
  const discs: ParticleDisc[] = [];
  for (const particle of particles) {
    const outside = Math.max(0, Math.abs(particle[axis] - index) - (slab - 1) / 2);
    const squared = particle.radiusVoxels ** 2 - outside ** 2;
    if (squared <= 0) continue;
    discs.push({
      id: particle.id,
      label: particle.label,
      radius: Math.sqrt(squared),
      ...inPlane(particle, axis),
    });
  }
  return discs;
}

/** Returns the disc whose centre is nearest to a place within it or within `reach` voxels of its centre; else null. */
export function discAt(discs: readonly ParticleDisc[], place: Point2, reach: number): ParticleDisc | null {
  let nearest: ParticleDisc | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const disc of discs) {
    const distance = Math.hypot(disc.x - place.x, disc.y - place.y);
    if (distance > Math.max(disc.radius, reach) || distance >= least) continue;
    nearest = disc;
    least = distance;
  }
  return nearest;
}
