import type { Imaging } from "../microscope/imaging";
import type { Shape3 } from "../volume/shape";

/** A shape that formulas give; its density is even, in electrons per Å³. */
export type ParametricShape =
  | { readonly shape: "sphere"; readonly radiusAngstrom: number; readonly density: number }
  | {
      readonly shape: "ellipsoid";
      readonly radiiAngstrom: readonly [number, number, number];
      readonly density: number;
    }
  | {
      readonly shape: "disc";
      readonly radiusAngstrom: number;
      readonly thicknessAngstrom: number;
      readonly density: number;
    };

/** A kind of particle and how many of it a scene holds. */
export interface ParticleRecipe {
  readonly name: string;
  /** A structure of the library by its id ("3j9i"), or a shape; a map's values count as those of protein, whatever its units. Gold beads are spheres of density 4.66. */
  readonly structure: string | ParametricShape;
  /** "#rrggbb". */
  readonly color?: string;
  /** Of the class, for localizing and scoring; that of the ball as large as the mask if left out. */
  readonly radiusAngstrom?: number;
  /** How many are asked for; or `occupancy`, the share of the volume that their masks fill. */
  readonly count?: number;
  readonly occupancy?: number;
  /** A decoy crowds the scene and is no class: its label is 0 and the list does not name it. */
  readonly decoy?: boolean;
  /** Sits on a membrane: its axis (in the structure's own frame) points away from it. */
  readonly onMembrane?: {
    /** From the middle of the bilayer to the particle's centre of mass. */
    readonly distanceAngstrom: number;
    readonly axis: readonly [x: number, y: number, z: number];
    /** Which face bears it; "outer" is the convex one, or the upper one of a sheet. */
    readonly side: "outer" | "inner";
  };
}

export type MembraneRecipe =
  | {
      readonly kind: "vesicle";
      readonly count: number;
      readonly radiusAngstrom: readonly [min: number, max: number];
      /** From 0, a sphere, to 1: how far the three radii may differ. */
      readonly eccentricity: number;
    }
  | {
      readonly kind: "sheet";
      readonly count: number;
      /** Undulation of the sheet. */
      readonly amplitudeAngstrom: number;
      readonly wavelengthAngstrom: number;
    };

export interface FilamentRecipe {
  readonly kind: "microtubule" | "actin";
  readonly count: number;
  /** Of a microtubule: 13 or 14. */
  readonly protofilaments?: number;
}

/** What is in a specimen. Everything is placed in the order membranes, filaments, bound particles, free particles. */
export interface SceneRecipe {
  readonly shape: Shape3;
  readonly voxelSizeAngstrom: number;
  readonly resolutionAngstrom: number;
  readonly membranes: readonly MembraneRecipe[];
  readonly filaments: readonly FilamentRecipe[];
  /** Labels are given in this order: membranes 1 where there are any, then filaments, then the particles that are no decoys. */
  readonly particles: readonly ParticleRecipe[];
  /** Free room between masks. */
  readonly gapAngstrom: number;
}

/** A specimen and how it is imaged: what a preset is, and what a user writes. */
export interface Recipe {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly scene: SceneRecipe;
  readonly imaging: Imaging;
}
