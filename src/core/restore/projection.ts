import { createDct3 } from "../fourier/dct3";
import { periodicPlusSmooth } from "../fourier/periodic-plus-smooth";
import { createRealFft3 } from "../fourier/real-fft3";
import { voxelCount } from "../volume/shape";
import type { MwrKernelSpec } from "./mwr-kernels";

const f32 = Math.fround;

/** What a transform does for the chain, on volumes of JavaScript. */
export interface Projection {
  /** Replaces the sampled coefficients of z by the measured ones; `breathe` is called between the transforms. */
  project(z: Float32Array, breathe: () => Promise<void>): Promise<void>;
  /** The energy "l2": the mean squared difference of z and the measured volume, both degraded by the wedge. */
  meanSquare(z: Float32Array): number;
  /** out = z degraded by the wedge: its coefficients times how much of them was measured. */
  degrade(z: Float32Array, out: Float32Array): void;
  /** Writes the measured volume, degraded likewise. */
  degradeMeasured(out: Float32Array): void;
}

type ProjectionSpec = Pick<MwrKernelSpec, "shape" | "sampled" | "measured" | "transform">;

/** Returns what the transform of the specification does; the reference of every backend. Two spectra of memory. */
export function createProjection(spec: ProjectionSpec): Projection {
  const { values, forward, inverse, countsTwice, power } =
    spec.transform === "dct" ? dctOf(spec) : fftOf(spec);
  const { sampled } = spec;
  const measured = new Float32Array(values.length);
  forward(
    spec.transform === "pp-fft" ? periodicPlusSmooth(spec.measured, spec.shape).periodic : spec.measured,
    measured,
  );
  const perCoefficient = values.length / sampled.length;

  const degrade = (out: Float32Array) => {
    for (let i = 0; i < values.length; i++) values[i] *= sampled[Math.floor(i / perCoefficient)];
    inverse(values, out);
  };

  return {
    async project(z, breathe) {
      forward(z, values);
      await breathe();
      for (let i = 0; i < values.length; i++) {
        const weight = f32(sampled[Math.floor(i / perCoefficient)]);
        values[i] = f32(f32(1 - weight) * values[i]) + f32(weight * measured[i]);
      }
      inverse(values, z);
    },
    meanSquare(z) {
      forward(z, values);
      let sum = 0;
      for (let i = 0; i < values.length; i++) {
        const coefficient = Math.floor(i / perCoefficient);
        const weight = sampled[coefficient];
        if (weight === 0) continue;
        const difference = f32(values[i] - measured[i]);
        sum += (countsTwice(coefficient) ? 2 : 1) * weight * weight * difference * difference;
      }
      return sum / power;
    },
    degrade(z, out) {
      forward(z, values);
      degrade(out);
    },
    degradeMeasured(out) {
      values.set(measured);
      degrade(out);
    },
  };
}

/** A transform: room for its coefficients as f32, and what turns sums of their squares into means over voxels. */
interface Transform {
  readonly values: Float32Array;
  forward(real: Float32Array, values: Float32Array): void;
  inverse(values: Float32Array, real: Float32Array): void;
  /** Whether a coefficient stands for its mirror image too. */
  countsTwice(coefficient: number): boolean;
  readonly power: number;
}

function fftOf({ shape }: ProjectionSpec): Transform {
  const { spectrumShape, forward, inverse } = createRealFft3(shape);
  const [half, nx] = [spectrumShape[2], shape[2]];
  return {
    values: new Float32Array(2 * voxelCount(spectrumShape)),
    forward,
    inverse,
    countsTwice(coefficient) {
      const kx = coefficient % half;
      return kx !== 0 && 2 * kx !== nx;
    },
    power: voxelCount(shape) ** 2,
  };
}

function dctOf({ shape }: ProjectionSpec): Transform {
  const voxels = voxelCount(shape);
  return {
    values: new Float32Array(voxels),
    ...createDct3(shape),
    countsTwice: () => false,
    power: voxels,
  };
}
