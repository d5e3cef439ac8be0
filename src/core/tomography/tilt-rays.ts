import type { TomographySpec } from "./tomography-kernels";

/**
 * How the rays of one tilt cross a volume. Layers are the sections along the axis nearer to the beam; the ray of pixel s meets
 * layer l between the samples `floor(at)` and `floor(at) + 1` of the other axis, where
 * at = ((s − pixelCentre) − (l − layerCentre)·layerCos) / acrossCos + acrossCentre.
 * Every backend evaluates this in f64 (or so that f32 weights come out the same).
 */
export interface TiltRays {
  /** Layers are xy sections, crossed at some x; else yz sections, crossed at some z. */
  readonly alongZ: boolean;
  readonly layers: number;
  readonly across: number;
  readonly pixelCentre: number;
  readonly layerCentre: number;
  readonly acrossCentre: number;
  readonly layerCos: number;
  readonly acrossCos: number;
  /** Path of a ray from one layer to the next, in voxels: 1 to √2. */
  readonly length: number;
}

/** Returns the rays of tilt number `tilt`. */
export function tiltRays({ shape, imageWidth, tiltsDeg }: TomographySpec, tilt: number): TiltRays {
  const [nz, , nx] = shape;
  const angle = (tiltsDeg[tilt] * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [xCentre, zCentre] = [(nx - 1) / 2, (nz - 1) / 2];
  const alongZ = Math.abs(cos) >= Math.abs(sin);
  const [layers, layerCentre, layerCos] = alongZ ? [nz, zCentre, sin] : [nx, xCentre, cos];
  const [across, acrossCentre, acrossCos] = alongZ ? [nx, xCentre, cos] : [nz, zCentre, sin];
  return {
    alongZ,
    layers,
    across,
    pixelCentre: (imageWidth - 1) / 2,
    layerCentre,
    acrossCentre,
    layerCos,
    acrossCos,
    length: 1 / Math.abs(acrossCos),
  };
}
