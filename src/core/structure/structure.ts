import type { Shape3 } from "../volume/shape";

/** Atoms of a model. Hydrogens are rarely there; densities count what is. */
export interface AtomicStructure {
  readonly kind: "atoms";
  readonly name: string;
  /** x, y, z of each atom in ångström, as the file has them. */
  readonly positionsAngstrom: Float32Array;
  readonly atomicNumbers: Uint8Array;
  /** From 0 to 1. */
  readonly occupancies: Float32Array;
}

/** A structure as a sum of Gaussians: a few hundred of them stand for a complex of hundreds of thousands of atoms. */
export interface BeadModel {
  readonly kind: "beads";
  readonly name: string;
  /** x, y, z of each bead in ångström, about the centre of mass. */
  readonly positionsAngstrom: Float32Array;
  /** The integral of each Gaussian, in electrons. */
  readonly electrons: Float32Array;
  readonly sigmasAngstrom: Float32Array;
}

/** A density on a grid, protein bright, background near 0. */
export interface DensityMap {
  readonly kind: "map";
  readonly name: string;
  readonly values: Float32Array;
  readonly shape: Shape3;
  readonly voxelSizeAngstrom: number;
}

export type Structure = AtomicStructure | BeadModel | DensityMap;

/**
 * A density on a cube of odd side, in electrons per Å³, whose middle voxel is the structure's centre of mass: what a scene
 * pastes, what a search looks for.
 */
export interface DensityTemplate {
  readonly name: string;
  /** side³ values, x fastest. */
  readonly values: Float32Array;
  readonly side: number;
  readonly voxelSizeAngstrom: number;
}
