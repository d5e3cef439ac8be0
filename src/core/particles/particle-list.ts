import type { Point3, Shape3 } from "../volume/shape";

/** A unit quaternion that takes the reference to the tomogram. */
export interface Quaternion {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly w: number;
}

/** A class of a model or of a list; label 0 is the background and has no colour. */
export interface ClassInfo {
  readonly label: number;
  readonly name: string;
  /** "#rrggbb". */
  readonly color?: string;
  /** Absent for what is not a particle (background, membrane). */
  readonly radiusAngstrom?: number;
  /** Smaller components are dropped. */
  readonly minVoxels?: number;
}

export interface Particle extends Point3 {
  /** Unique in its list, from 1. */
  readonly id: number;
  readonly label: number;
  /** How many voxels its component or cluster has; null in lists from elsewhere. */
  readonly sizeVoxels: number | null;
  /** Mean probability of its class, 0…1; null where it is not known. */
  readonly score: number | null;
  readonly rotation: Quaternion | null;
}

/** Positions in voxels of the volume named, corner origin, voxel centres at integers. */
export interface ParticleList {
  readonly volumeName: string;
  readonly shape: Shape3;
  readonly voxelSizeAngstrom: Point3;
  readonly classes: readonly ClassInfo[];
  readonly particles: readonly Particle[];
}
