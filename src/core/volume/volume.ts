import type { Box, Point3, Shape3 } from "./shape";

/** The number types that a volume's file may store. Complex voxels are read as their modulus. */
export type VoxelType =
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "float16"
  | "float32"
  | "float64"
  | "complex-int16"
  | "complex-float32"
  | "uint4";

/** What is known of a volume without reading its voxels. */
export interface VolumeMeta {
  /** The file's name, without its folder. */
  readonly name: string;
  readonly shape: Shape3;
  readonly dtype: VoxelType;
  /** Ångström per voxel along x, y, z as the file gives it; 0 means unknown (see `knownVoxelSizeAngstrom`). */
  readonly voxelSizeAngstrom: Point3;
  /** The header's origin in ångström: shown, never added to positions. */
  readonly originAngstrom: Point3;
  /** What a tolerant reader overlooked, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * A volume that is read in pieces. Nothing promises that it fits in memory: readers hold the file and read ranges of it.
 * `readBox` returns the box's voxels as f32, x fastest; it throws a FormatError if the bytes are not there.
 */
export interface VolumeReader {
  readonly meta: VolumeMeta;
  readBox(box: Box): Promise<Float32Array<ArrayBuffer>>;
}

/** Statistics over the finite voxels, computed in f64; std is the population deviation. */
export interface Statistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  /** How many voxels are NaN or infinite. */
  readonly nonFinite: number;
}

/** The types in which results are written: labels as int8, densities as float32 (or float16). */
export type OutputVoxelType = "int8" | "int16" | "uint16" | "float16" | "float32";

/** What a result volume is in its operation. */
export type VolumeRole =
  | "restored"
  | "std"
  // Single samples of a restoration: the likeliest, the last, and others.
  | "mode"
  | "last"
  | "sample"
  | "labels"
  | "score"
  | "class-probability"
  | "converted"
  // An audit: what a restoration did to what was measured, and where its deviation exceeds its signal.
  | "measured-change"
  | "uncertain"
  // A simulation: what the microscope gives, and the truth.
  | "tomogram"
  | "density"
  | "instances"
  | "membrane-distance"
  | "tilt-series"
  // A structure on a grid.
  | "map"
  | "mask";

export interface VolumeSpec {
  readonly role: VolumeRole;
  readonly name: string;
  readonly shape: Shape3;
  readonly dtype: OutputVoxelType;
  /** What one means in the values written, 1 if left out: bytes of which 255 stands for 1 have 1/255. */
  readonly unit?: number;
  readonly voxelSizeAngstrom: Point3;
  /** Kept in the header for other programs; 0 if left out. */
  readonly originAngstrom?: Point3;
  /** Free text kept in the file's labels: what made it. */
  readonly labels?: readonly string[];
}

/** Takes a result section by section, in order of z; the environment decides where it goes (a file, a Blob). */
export interface VolumeSink {
  /** Appends sections: `values` holds a whole number of sections, x fastest. */
  write(values: ArrayLike<number>): Promise<void>;
  /** Ends the volume; its header statistics are correct afterwards. A `remark` comes after the labels in its header. */
  close(remark?: string): Promise<void>;
}

/**
 * Returns the voxel size in ångström if the three are positive and alike within 1 %, else null: unknown or anisotropic
 * sizes are for the user to state.
 */
export function knownVoxelSizeAngstrom({ x, y, z }: Point3): number | null {
  const positive = x > 0 && y > 0 && z > 0;
  const alike = Math.max(x, y, z) <= 1.01 * Math.min(x, y, z);
  return positive && alike ? (x + y + z) / 3 : null;
}
