import type { Shape3 } from "../../core/volume/shape";
import { combinationBytes, spreadColumnBytes, spreadPlaneBytes } from "../network/spread-planes";
import { COMBINATIONS } from "../network/winograd-weights";
import type { WasmRuntime } from "../runtime";
import { addCorrelation, type FilterSums, type Rows } from "./filter-gradient";
import type { PaddedVolume } from "./padded-volume";

/** Kernels read up to this many voxels beyond the last column. */
const SLACK_VOXELS = 8;

/** A volume's combinations for Winograd's convolution, plane by plane (winograd.ts in assembly). */
export interface SpreadVolume {
  readonly shape: Shape3;
  readonly channels: number;
  readonly pointer: number;
  readonly planeBytes: number;
}

/** Returns the combinations of a convolution's input, or of the gradient by its output. Channels are a multiple of 4. */
export function spread(
  runtime: WasmRuntime,
  volume: PaddedVolume,
  kernel: "spreadRow" | "spreadGradientRow",
): SpreadVolume {
  const { shape, channels } = volume;
  const [nz, ny, nx] = shape;
  const planeBytes = spreadPlaneBytes(shape, channels);
  const pointer = runtime.alloc(nz * planeBytes + 4 * SLACK_VOXELS * channels, 64);
  clearBorders(runtime.f32(pointer, (nz * planeBytes) / 4), spreadColumnBytes(shape, channels) / 4, channels);
  runtime.parallel(kernel, nz * ny, volume.pointer, volume.planeBytes, pointer, planeBytes, channels, ny, nx);
  return { shape, channels, pointer, planeBytes };
}

/** Clears the voxel before and the one after each column. */
function clearBorders(values: Float32Array, columnLength: number, channels: number): void {
  values.fill(0, 0, channels);
  for (let end = columnLength; end < values.length; end += columnLength)
    values.fill(0, end - channels, end + channels);
  values.fill(0, values.length - channels);
}

/** Returns the pointer of plane z; 0 where the volume has none. */
export function spreadPlaneOf({ shape, pointer, planeBytes }: SpreadVolume, z: number): number {
  return z < 0 || z >= shape[0] ? 0 : pointer + z * planeBytes;
}

/** Adds the products of an input's combinations with the gradient's to the sums of each combination. */
export function addSpreadCorrelation(
  runtime: WasmRuntime,
  sums: readonly FilterSums[],
  input: SpreadVolume,
  gradient: SpreadVolume,
): void {
  for (let f = 0; f < COMBINATIONS; f++)
    addCorrelation(runtime, sums[f], columnsOf(input, f), columnsOf(gradient, f));
}

/** A combination's columns of tiles as rows of voxels. */
function columnsOf({ shape, channels, pointer, planeBytes }: SpreadVolume, f: number): Rows {
  const [nz, ny, nx] = shape;
  return {
    shape: [nz, Math.ceil(nx / 4), ny],
    channels,
    first: pointer + f * combinationBytes(shape, channels) + 4 * channels,
    rowBytes: spreadColumnBytes(shape, channels),
    planeBytes,
  };
}
