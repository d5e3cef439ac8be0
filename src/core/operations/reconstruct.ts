import type { Backend } from "../backend";
import { ComputeError } from "../errors";
import type { Operation } from "../task/operation";
import type { Progress, TaskContext } from "../task/task";
import { backProjectWeighted } from "../tomography/back-project-weighted";
import { lowPassImages } from "../tomography/low-pass-images";
import { type ImagePreparation, preparedSize, prepareImage } from "../tomography/prepare-image";
import { sirt } from "../tomography/sirt";
import type { TomographySpec } from "../tomography/tomography-kernels";
import { type Shape3, voxelCount } from "../volume/shape";
import type { VolumeReader } from "../volume/volume";
import { volumeStem } from "../volume/volume-stem";
import { RECONSTRUCT_PARAMS, type ReconstructParams } from "./reconstruct-params";

/** The tomogram, and the images, are held whole in memory. */
const MOST_BYTES = 2 ** 31;
/** A slab of rows and what is made of it. */
const SLAB_BYTES = 250e6;
/** A weighted sum of two samples, with what it takes to find them. */
const FLOPS_PER_SUM = 8;
/** Of the work: reading and preparing the images. */
const READING_SHARE = 0.1;

interface ReconstructInputs {
  /** A tilt series, one section for each image; its tilt axis stands in the middle of the images. */
  readonly stack: VolumeReader;
  /** One for each image, in the order of the stack, which need not be that of the tilts. */
  readonly tiltsDeg: readonly number[];
  readonly backend: Pick<Backend, "createTomographyKernels" | "createFourier3">;
}

export interface ReconstructOutput {
  /** Of the tomogram. */
  readonly shape: Shape3;
  /** As used, rising. */
  readonly tiltsDeg: readonly number[];
  /** Of SIRT, before each iteration and after the last, relative to the first; null for back-projection. */
  readonly residuals: readonly number[] | null;
}

/**
 * Reconstructs a tomogram from an aligned tilt series, by weighted back-projection or SIRT. Writes it as float32, [nz, ny,
 * nx] with x and y those of the binned images; holds it and the images in memory. Throws "bad-input" where the numbers of
 * images and tilts differ and for pixels that are no numbers, "bad-parameter" where a low-pass in ångström meets an unknown
 * pixel size or the binning leaves no pixel, "out-of-memory" where the tomogram or the images take more than 2 GiB.
 */
export const RECONSTRUCT: Operation<typeof RECONSTRUCT_PARAMS, ReconstructInputs, ReconstructOutput> = {
  id: "reconstruct",
  label: "Reconstruct",
  summary: "Makes a tomogram of an aligned tilt series, by weighted back-projection or SIRT.",
  params: RECONSTRUCT_PARAMS,

  estimate(stack: Shape3, params: ReconstructParams) {
    const { shape, imageWidth, tilts } = sizes(stack, params);
    const [, rows] = shape;
    const voxels = voxelCount(shape);
    const passes = params.method === "sirt" ? 2 * params.iterations + 1 : 1;
    const filtering = params.method === "wbp" ? 50 * Math.log2(Math.max(2, 4 * imageWidth)) : 0;
    const pixels = tilts * rows * imageWidth;
    return {
      bytes: 4 * (voxels + pixels) + Math.min(SLAB_BYTES, 16 * (voxels + pixels)),
      flops: FLOPS_PER_SUM * passes * tilts * voxels + filtering * pixels,
    };
  },

  async run(inputs: ReconstructInputs, params: ReconstructParams, context: TaskContext) {
    const { backend, stack } = inputs;
    const { breathe } = context;
    const { meta } = stack;
    const order = tiltOrder(inputs, params);
    const { shape, imageWidth, binning } = sizes(meta.shape, params);
    checkSizes(meta.shape, shape, imageWidth);
    const pixelSize = params.pixelSizeAngstrom ?? meta.voxelSizeAngstrom.x;
    const lowPassPixels = lowPassOf(params, meta.name, pixelSize * binning);

    const preparation = { ...params, binning };
    const images = await readImages(stack, order, preparation, context);
    if (lowPassPixels !== null) {
      context.onProgress({ done: READING_SHARE, total: 1, note: "low-pass" });
      await lowPassImages(images, { height: shape[1], width: imageWidth }, lowPassPixels, backend, breathe);
    }
    const tiltsDeg = order.map(({ tiltDeg }) => tiltDeg);
    const onProgress = ({ done, total, note }: Progress<never>) =>
      context.onProgress({ done: READING_SHARE + (1 - READING_SHARE) * (done / total), total: 1, note });
    const spec = { shape, imageWidth, tiltsDeg };
    const { volume, residuals } = await reconstruct(images, spec, params, backend, breathe, onProgress);
    await write(stack, { values: volume, spec }, params, context);
    return { shape: outputShape(shape, params), tiltsDeg, residuals };
  },
};

async function reconstruct(
  images: Float32Array,
  spec: TomographySpec,
  params: ReconstructParams,
  backend: Pick<Backend, "createTomographyKernels">,
  breathe: () => Promise<void>,
  onProgress: (progress: Progress<never>) => void,
): Promise<{ readonly volume: Float32Array; readonly residuals: readonly number[] | null }> {
  if (params.method === "sirt") return sirt(images, spec, params, backend, breathe, onProgress);
  const settings = { weighting: params.weighting, window: params.window, thickness: spec.shape[0] };
  const volume = await backProjectWeighted(images, spec, settings, backend, breathe, onProgress);
  return { volume, residuals: null };
}

/** The tomogram as it is reconstructed, rows along the tilt axis: [thickness, rows, across]. */
function sizes([tilts, height, width]: Shape3, params: ReconstructParams) {
  const binning = Number(params.binning);
  const { rows, across } = preparedSize(height, width, { binning, tiltAxis: params.tiltAxis });
  const thickness = Math.round(params.thickness ?? Math.max(1, across / 4));
  const shape: Shape3 = [thickness, rows, across];
  return { shape, imageWidth: across, tilts, binning };
}

const outputShape = ([nz, rows, across]: Shape3, { tiltAxis }: ReconstructParams): Shape3 =>
  tiltAxis === "y" ? [nz, rows, across] : [nz, across, rows];

/** The images by rising tilt. */
function tiltOrder({ stack, tiltsDeg }: ReconstructInputs, { invertTilts }: ReconstructParams) {
  const { name, shape } = stack.meta;
  if (tiltsDeg.length !== shape[0]) {
    const sentence = `The numbers of tilts (${tiltsDeg.length}) and of images of ${name} (${shape[0]}) differ.`;
    throw new ComputeError("bad-input", sentence, { images: shape[0], tilts: tiltsDeg.length });
  }
  const sign = invertTilts ? -1 : 1;
  return tiltsDeg
    .map((tilt, image) => ({ image, tiltDeg: sign * tilt }))
    .sort((a, b) => a.tiltDeg - b.tiltDeg);
}

function checkSizes([tilts, height, width]: Shape3, shape: Shape3, imageWidth: number): void {
  const [nz, rows, across] = shape;
  if (rows === 0 || across === 0)
    throw new ComputeError(
      "bad-parameter",
      `Images of ${width} × ${height} pixels leave nothing at this binning: choose less.`,
      { name: "binning" },
    );
  const sentence = (what: string, bytes: number) =>
    `${what} take ${(bytes / 2 ** 30).toFixed(1)} GiB of at most 2: choose more binning${nz > 1 ? ", or less thickness" : ""}.`;
  const volumeBytes = 4 * voxelCount(shape);
  const imageBytes = 4 * tilts * rows * imageWidth;
  if (volumeBytes <= MOST_BYTES && imageBytes <= MOST_BYTES) return;
  throw new ComputeError(
    "out-of-memory",
    volumeBytes > MOST_BYTES
      ? sentence(`Tomograms of ${nz} × ${rows} × ${across} voxels`, volumeBytes)
      : sentence(`${tilts} images of ${rows} × ${across} pixels`, imageBytes),
    { shape, bytes: Math.max(volumeBytes, imageBytes) },
  );
}

function lowPassOf({ lowPassAngstrom }: ReconstructParams, stack: string, pixelSizeAngstrom: number) {
  if (lowPassAngstrom === null) return null;
  if (pixelSizeAngstrom > 0) return lowPassAngstrom / pixelSizeAngstrom;
  const sentence = `${stack} gives no pixel size, which a low-pass in ångström needs: state it.`;
  throw new ComputeError("bad-parameter", sentence, { name: "pixelSizeAngstrom" });
}

/** Returns the images as [tilt, rows, across], ready to reconstruct. */
async function readImages(
  stack: VolumeReader,
  order: readonly { readonly image: number }[],
  preparation: ImagePreparation,
  context: TaskContext,
): Promise<Float32Array> {
  const { meta } = stack;
  const [, height, width] = meta.shape;
  const { rows, across } = preparedSize(height, width, preparation);
  const images = new Float32Array(order.length * rows * across);
  for (const [i, { image }] of order.entries()) {
    const values = await stack.readBox({ z0: image, y0: 0, x0: 0, z1: image + 1, y1: height, x1: width });
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) {
      const [x, y] = [at % width, Math.floor(at / width)];
      const sentence = `The pixel at x ${x}, y ${y} of image ${image + 1} of ${meta.name} is ${values[at]}, no number.`;
      throw new ComputeError("bad-input", sentence, { image, x, y });
    }
    images.set(prepareImage(values, height, width, preparation), i * rows * across);
    const note = `image ${i + 1} of ${order.length}`;
    context.onProgress({ done: (READING_SHARE * (i + 1)) / order.length, total: 1, note });
    await context.breathe();
  }
  return images;
}

/** Writes the tomogram, x and y as in the images. */
async function write(
  { meta }: VolumeReader,
  { values, spec }: { readonly values: Float32Array; readonly spec: TomographySpec },
  params: ReconstructParams,
  context: TaskContext,
): Promise<void> {
  const [nz, rows, across] = spec.shape;
  const size = params.pixelSizeAngstrom ?? meta.voxelSizeAngstrom.x;
  const voxelSize = size * Number(params.binning);
  const how = params.method === "wbp" ? "weighted back-projection" : `SIRT, ${params.iterations} iterations`;
  const sink = await context.createVolume({
    role: "tomogram",
    name: `${volumeStem(meta.name)}-reconstructed.mrc`,
    shape: outputShape(spec.shape, params),
    dtype: "float32",
    voxelSizeAngstrom: { x: voxelSize, y: voxelSize, z: voxelSize },
    labels: [`Tomoscope: ${how}, ${spec.tiltsDeg.length} images`],
  });
  const turned = new Float32Array(params.tiltAxis === "x" ? rows * across : 0);
  for (let z = 0; z < nz; z++) {
    const section = values.subarray(z * rows * across, (z + 1) * rows * across);
    if (params.tiltAxis === "x")
      for (let row = 0; row < rows; row++)
        for (let s = 0; s < across; s++) turned[s * rows + row] = section[row * across + s];
    await sink.write(params.tiltAxis === "x" ? turned : section);
    await context.breathe();
  }
  await sink.close();
}
