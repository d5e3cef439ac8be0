import { createReferenceRowFilter } from "./row-filter";
import { tiltRays } from "./tilt-rays";
import type { TomographyKernels, TomographySpec } from "./tomography-kernels";

const f32 = Math.fround;

/** The two volume samples that a ray meets in one layer, and their weights; a sample outside has weight 0. */
interface Crossing {
  readonly near: number;
  readonly far: number;
  readonly nearWeight: number;
  readonly farWeight: number;
}

/**
 * Calls `visit` for each tilt, pixel and layer that the ray crosses: Joseph's rule, written once for projection and adjoint.
 * `near` and `far` are offsets into one xz section of the volume, whose z are `sectionStep` apart.
 */
function forEachCrossing(
  spec: TomographySpec,
  tilt: number,
  sectionStep: number,
  visit: (pixel: number, crossing: Crossing) => void,
): void {
  const { alongZ, layers, across, length, ...rays } = tiltRays(spec, tilt);
  const [layerStep, acrossStep] = alongZ ? [sectionStep, 1] : [1, sectionStep];
  for (let pixel = 0; pixel < spec.imageWidth; pixel++) {
    const s = pixel - rays.pixelCentre;
    for (let layer = 0; layer < layers; layer++) {
      const at = (s - (layer - rays.layerCentre) * rays.layerCos) / rays.acrossCos + rays.acrossCentre;
      const first = Math.floor(at);
      if (first < -1 || first >= across) continue;
      const share = at - first;
      const hasNear = first >= 0;
      const hasFar = first + 1 < across;
      const offset = layer * layerStep + first * acrossStep;
      visit(pixel, {
        near: hasNear ? offset : 0,
        far: hasFar ? offset + acrossStep : 0,
        nearWeight: hasNear ? f32((1 - share) * length) : 0,
        farWeight: hasFar ? f32(share * length) : 0,
      });
    }
  }
}

/** Returns the specification of the kernels: f32 values, weights computed in f64 and rounded once. */
export function createReferenceTomographyKernels(spec: TomographySpec): TomographyKernels {
  const [nz, ny, nx] = spec.shape;
  const { imageWidth, tiltsDeg } = spec;
  const sectionStep = ny * nx;
  return {
    async project(volume, breathe) {
      const images = new Float32Array(tiltsDeg.length * ny * imageWidth);
      for (let tilt = 0; tilt < tiltsDeg.length; tilt++) {
        forEachCrossing(spec, tilt, sectionStep, (pixel, { near, far, nearWeight, farWeight }) => {
          for (let y = 0; y < ny; y++) {
            const sum = nearWeight * volume[y * nx + near] + farWeight * volume[y * nx + far];
            images[(tilt * ny + y) * imageWidth + pixel] += sum;
          }
        });
        await breathe((tilt + 1) / tiltsDeg.length);
      }
      return images;
    },
    async backProject(images, breathe) {
      const volume = new Float32Array(nz * ny * nx);
      for (let tilt = 0; tilt < tiltsDeg.length; tilt++) {
        forEachCrossing(spec, tilt, sectionStep, (pixel, { near, far, nearWeight, farWeight }) => {
          for (let y = 0; y < ny; y++) {
            const value = images[(tilt * ny + y) * imageWidth + pixel];
            volume[y * nx + near] += nearWeight * value;
            volume[y * nx + far] += farWeight * value;
          }
        });
        await breathe((tilt + 1) / tiltsDeg.length);
      }
      return volume;
    },
    filterImages: (images, factors, breathe) => filterImages(spec, images, factors, breathe),
    dispose() {},
  };
}

/** Values that are filtered between two breaths: some 30 ms. */
const VALUES_PER_BREATH = 1 << 18;

/** Filters the images of a geometry, row by row. */
async function filterImages(
  { shape: [, ny], imageWidth, tiltsDeg }: TomographySpec,
  images: Float32Array,
  factors: readonly Float32Array[],
  breathe: (fraction: number) => Promise<void>,
): Promise<void> {
  const filter = createReferenceRowFilter(imageWidth);
  const step = imageWidth * 2 * Math.max(1, Math.floor(VALUES_PER_BREATH / imageWidth / 2));
  for (let tilt = 0; tilt < tiltsDeg.length; tilt++) {
    const end = (tilt + 1) * ny * imageWidth;
    for (let from = tilt * ny * imageWidth; from < end; from += step) {
      filter(images.subarray(from, Math.min(end, from + step)), factors[tilt]);
      await breathe(Math.min(end, from + step) / images.length);
    }
  }
}
