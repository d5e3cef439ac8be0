import { tiltRays } from "../../core/tomography/tilt-rays";
import type { TomographySpec } from "../../core/tomography/tomography-kernels";

/** What the shaders know of the rays, as bytes of their storage buffers. */
interface RayTables {
  /** `Tilt` of the shaders. */
  readonly tilts: ArrayBuffer;
  /** [tilt][pixels, then layers]: the sum of the two positions is where a pixel's ray crosses a layer. */
  readonly crossings: Float32Array<ArrayBuffer>;
  readonly crossingsPerTilt: number;
  /** [tilt][columns x, then sections z]: the sum of the two is the pixel that a voxel's ray meets. */
  readonly pixels: Float32Array<ArrayBuffer>;
}

const TILT_BYTES = 16;

/**
 * Returns the tables of all tilts. A position is an integer and a fraction, split in f64: their f32 sums know the place
 * between two samples to 1e-7, which f32 positions of hundreds of samples do not.
 */
export function rayTables(spec: TomographySpec): RayTables {
  const { shape, imageWidth, tiltsDeg } = spec;
  const [nz, , nx] = shape;
  const crossingsPerTilt = imageWidth + Math.max(nz, nx);
  const tilts = new ArrayBuffer(TILT_BYTES * tiltsDeg.length);
  const crossings = new Float32Array(2 * crossingsPerTilt * tiltsDeg.length);
  const pixels = new Float32Array(2 * (nx + nz) * tiltsDeg.length);
  tiltsDeg.forEach((_, tilt) => {
    const rays = tiltRays(spec, tilt);
    const { alongZ, layers, across, pixelCentre, layerCentre, acrossCentre, layerCos, acrossCos } = rays;
    new Uint32Array(tilts, TILT_BYTES * tilt, 3).set([alongZ ? 1 : 0, layers, across]);
    new Float32Array(tilts, TILT_BYTES * tilt + 12, 1)[0] = rays.length;

    const ofPixels = crossingsPerTilt * tilt;
    for (let pixel = 0; pixel < imageWidth; pixel++)
      writePosition(crossings, ofPixels + pixel, (pixel - pixelCentre) / acrossCos + acrossCentre);
    for (let layer = 0; layer < layers; layer++)
      writePosition(crossings, ofPixels + imageWidth + layer, ((layerCentre - layer) * layerCos) / acrossCos);

    const ofColumns = (nx + nz) * tilt;
    const [ofAcross, ofLayers] = alongZ ? [ofColumns, ofColumns + nx] : [ofColumns + nx, ofColumns];
    for (let i = 0; i < across; i++)
      writePosition(pixels, ofAcross + i, pixelCentre + (i - acrossCentre) * acrossCos);
    for (let layer = 0; layer < layers; layer++)
      writePosition(pixels, ofLayers + layer, (layer - layerCentre) * layerCos);
  });
  return { tilts, crossings, crossingsPerTilt, pixels };
}

function writePosition(table: Float32Array, index: number, position: number): void {
  const whole = Math.floor(position);
  table[2 * index] = whole;
  table[2 * index + 1] = position - whole;
}
