import type { Point3 } from "../volume/shape";
import type { MapPart } from "./fit-part";

/** What the library of structures says of one of its bead models. */
export interface BeadModelEntry {
  /** What recipes call it: "3j9i". */
  readonly id: string;
  readonly name: string;
  readonly pdbId: string;
  /** Its `.beads` file, beside the index. */
  readonly file: string;
  readonly beads: number;
  /** Of the atoms that were modelled, which may be less than the complex has in the cell. */
  readonly massKda: number;
  /** Of those atoms without their hydrogens. */
  readonly electrons: number;
  /** About the centre of mass, with 98 % of the electrons in it. */
  readonly radiusAngstrom: number;
  /** Its symmetry or, where the map shows no whole complex, what it shows. */
  readonly symmetry: string;
  /** What the beads were fitted to. */
  readonly source: {
    readonly kind: "map" | "coordinates";
    readonly file: string;
    readonly voxelSizeAngstrom: number;
    /** Where the model's origin lies in the source. */
    readonly originVoxels: Point3;
    /** The part of the source that it is, where it is not all. */
    readonly part?: MapPart;
  };
  /** Fourier shell correlation with the source. */
  readonly fscAt20Angstrom: number;
  readonly fscAtNyquist: number;
  /** Where that falls to 0.5; twice the voxel size where it never does. */
  readonly resolutionAt05Angstrom: number;
}
