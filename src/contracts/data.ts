import type { Wedge } from "../core/fourier/wedge";
import type { ModelManifest } from "../core/nn/model";
import type { Axis, Box, Point3 } from "../core/volume/shape";
import type { Statistics, VolumeMeta } from "../core/volume/volume";
import type { ModelFile, VolumeFile } from "./files";
import type { ProgressListener } from "./task";

/** Grey values that become black and white. */
export interface ContrastRange {
  readonly low: number;
  readonly high: number;
}

/** Voxels in equal bins from `min` to `max`; those outside are not counted. */
interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly counts: Uint32Array<ArrayBuffer>;
}

export interface OpenedVolume {
  readonly meta: VolumeMeta;
  /** Robust range (0.5–99.5 percentile) of the central slab. */
  readonly contrast: ContrastRange;
  /** Of the same slab. */
  readonly histogram: Histogram;
  readonly fileBytes: number;
}

/**
 * A slice as an image: row 0 on top. Columns and rows run along: axis z: x, y · axis y: x, z · axis x: y, z.
 * With a slab of n > 1 the values are the mean over n slices centred on the index (fewer at the faces). Voxels that a file
 * which ends early lacks are NaN.
 */
export interface SliceImage {
  readonly axis: Axis;
  readonly index: number;
  readonly slab: number;
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array<ArrayBuffer>;
}

/** Triangles in voxel coordinates of the volume; normals point from inside to outside. */
export interface SurfaceMesh {
  readonly positions: Float32Array<ArrayBuffer>;
  readonly normals: Float32Array<ArrayBuffer>;
  readonly indices: Uint32Array<ArrayBuffer>;
}

export interface Isosurface extends SurfaceMesh {
  readonly level: number;
}

export interface LabelSurface extends SurfaceMesh {
  readonly label: number;
}

/** Log power across the tilt axis, averaged along it: the wedge shows in it. Zero frequency in the middle. */
export interface PowerSpectrum {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array<ArrayBuffer>;
}

interface OpenedModel extends ModelFile {
  /** Whether a file says what its classes are; if not, names, radii, voxel size and contrast are guesses. */
  readonly isDescribed: boolean;
}

/** Models as files: reading and writing them needs no open volume. Rejects with an error whose sentence names what does not fit. */
export interface ModelFiles {
  /** Reads the weights of a model, DeepFinder's .h5 or .keras, or .safetensors, and checks that they fit; null: no manifest was given. */
  openModel(weights: VolumeFile, manifest: ModelManifest | null): Promise<OpenedModel>;
  /** Writes a model as a Keras weights file (.h5) that DeepFinder loads. */
  modelToH5(model: ModelFile): Promise<Blob>;
}

/** The worker that holds the open volumes. Rejects with FormatError for bad files; an unknown id is "bad-parameter". */
export interface DataService extends ModelFiles {
  /** Reads the header and one slab; `id` is the caller's name for the volume from then on. */
  open(id: string, file: VolumeFile): Promise<OpenedVolume>;
  close(id: string): Promise<void>;
  slice(id: string, axis: Axis, index: number, slab: number): Promise<SliceImage>;
  /** The exact value at integer voxel coordinates. */
  voxel(id: string, point: Point3): Promise<number>;
  /** Robust range and histogram of the slab of 2·halfSlab + 1 sections about section z. */
  contrast(id: string, z: number, halfSlab: number): Promise<Pick<OpenedVolume, "contrast" | "histogram">>;
  /** Reads the whole file once, in the background: fills the cache for XZ and YZ slices and returns the statistics. */
  stream(id: string, jobId: string, onProgress: ProgressListener): Promise<Statistics>;
  /**
   * Surface where the volume (binned to at most maxSide per side) crosses `level`; `bright`: inside is above it. Null takes
   * a level at which dense matter shows.
   */
  isosurface(id: string, level: number | null, bright: boolean, maxSide: number): Promise<Isosurface>;
  /** A smooth surface for each label present. */
  labelSurfaces(id: string): Promise<readonly LabelSurface[]>;
  /** Over (kx, kz) for the tilt axis y, over (ky, kz) for x. */
  powerSpectrum(id: string, box: Box | null, tiltAxis: "x" | "y"): Promise<PowerSpectrum>;
  /** The tilts that the spectrum shows, null where no wedge is missing. */
  measuredWedge(id: string, box: Box | null, tiltAxis: "x" | "y"): Promise<Wedge | null>;
  cancel(jobId: string): Promise<void>;
}
