import { frameOf } from "../geometry/random-rotation";
import { ELECTRONS_PER_DALTON } from "../structure/electrons-per-dalton";
import type { Point3, Shape3 } from "../volume/shape";
import type { FilamentRecipe } from "./recipe";

/** A lattice of equal Gaussian beads about the z axis, and the wall that is its mask. */
export interface FilamentModel {
  readonly name: string;
  /** Half the spread in which monomers lie about the axis: the mask is from `innerRadius` to `outerRadius`. */
  readonly innerRadiusAngstrom: number;
  readonly outerRadiusAngstrom: number;
  readonly beadElectrons: number;
  readonly beadSigmaAngstrom: number;
  /** The beads whose z lies from −half to half, in ångström, as x, y, z, x, y, z, … */
  beads(halfLengthAngstrom: number): Float32Array;
}

/** Two tubulins, 82 Å, in a protofilament; three monomers up once around. */
const TUBULIN_RISE = 41;
const HELIX_STARTS = 3;
/** To the middle of the wall of 13 protofilaments; with their number it grows, since their spacing stays. */
const RADIUS_OF_13 = 112;
const WALL = 44;

/**
 * Returns a microtubule: protofilaments of tubulin 41 Å apart, each 123/n Å (9.5 Å of 13) below its left neighbour, so that a
 * left-handed helix of three starts closes (Amos & Klug 1974, doi 10.1242/jcs.14.3.523; Chrétien & Wade 1991).
 */
function microtubule(protofilaments: number): FilamentModel {
  const radius = (RADIUS_OF_13 * protofilaments) / 13;
  const stagger = (HELIX_STARTS * TUBULIN_RISE) / protofilaments;
  return {
    name: "microtubule",
    innerRadiusAngstrom: radius - WALL / 2,
    outerRadiusAngstrom: radius + WALL / 2,
    beadElectrons: 50_000 * ELECTRONS_PER_DALTON,
    beadSigmaAngstrom: 14,
    beads(half) {
      const beads: number[] = [];
      for (let p = 0; p < protofilaments; p++) {
        const angle = (2 * Math.PI * p) / protofilaments;
        const shift = -p * stagger;
        for (let i = Math.ceil((-half - shift) / TUBULIN_RISE); i * TUBULIN_RISE + shift <= half; i++)
          beads.push(radius * Math.cos(angle), radius * Math.sin(angle), i * TUBULIN_RISE + shift);
      }
      return Float32Array.from(beads);
    },
  };
}

const ACTIN_RISE = 27.5;
const ACTIN_TWIST_DEG = -166.7;
const ACTIN_RADIUS = 16;

/** Returns an actin filament: a monomer every 27.5 Å, turned by −166.7° from the one before (doi 10.1038/347044a0). */
function actin(): FilamentModel {
  return {
    name: "actin",
    innerRadiusAngstrom: 0,
    outerRadiusAngstrom: 40,
    beadElectrons: 42_000 * ELECTRONS_PER_DALTON,
    beadSigmaAngstrom: 13,
    beads(half) {
      const beads: number[] = [];
      for (let i = Math.ceil(-half / ACTIN_RISE); i * ACTIN_RISE <= half; i++) {
        const angle = (i * ACTIN_TWIST_DEG * Math.PI) / 180;
        beads.push(ACTIN_RADIUS * Math.cos(angle), ACTIN_RADIUS * Math.sin(angle), i * ACTIN_RISE);
      }
      return Float32Array.from(beads);
    },
  };
}

/** Returns the model of a filament of a recipe: 13 protofilaments unless it says otherwise. */
export function filamentModel({ kind, protofilaments }: FilamentRecipe): FilamentModel {
  return kind === "actin" ? actin() : microtubule(protofilaments ?? 13);
}

/** A straight line in voxels: the axis of a filament. */
export interface FilamentAxis {
  readonly centre: Point3;
  readonly direction: readonly [x: number, y: number, z: number];
}

/** Returns a random axis through the scene, within 17° of its xy plane, in which filaments mostly lie. */
export function randomAxis([nz, ny, nx]: Shape3, random: () => number): FilamentAxis {
  const steepness = 0.3 * (2 * random() - 1);
  const angle = 2 * Math.PI * random();
  const flat = Math.sqrt(1 - steepness ** 2);
  return {
    centre: { x: (nx - 1) * random(), y: (ny - 1) * random(), z: (nz - 1) * random() },
    direction: [flat * Math.cos(angle), flat * Math.sin(angle), steepness],
  };
}

/** Returns beads about the z axis, in ångström, as positions about an axis, in voxels. */
export function beadsAlong(
  beads: Float32Array,
  { centre, direction }: FilamentAxis,
  voxelSizeAngstrom: number,
) {
  const m = frameOf(direction);
  const placed = new Float32Array(beads.length);
  for (let i = 0; i < beads.length; i += 3) {
    const [x, y, z] = [beads[i], beads[i + 1], beads[i + 2]];
    placed[i] = centre.x + (m[0] * x + m[1] * y + m[2] * z) / voxelSizeAngstrom;
    placed[i + 1] = centre.y + (m[3] * x + m[4] * y + m[5] * z) / voxelSizeAngstrom;
    placed[i + 2] = centre.z + (m[6] * x + m[7] * y + m[8] * z) / voxelSizeAngstrom;
  }
  return placed;
}
