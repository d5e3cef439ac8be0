import { wedgeMask } from "../../core/fourier/wedge";
import { fillNormal } from "../../core/random/philox";
import type { DenoiserId, MwrKernelSpec } from "../../core/restore/mwr-kernels";
import { type Shape3, voxelCount } from "../../core/volume/shape";

export interface MwrCase {
  readonly name: string;
  readonly spec: MwrKernelSpec;
  readonly sigma: number;
  readonly seed: number;
}

/** Boxes for which every backend's chain is compared with the reference: even, odd and prime sides, both denoisers. */
export const MWR_CASES: readonly MwrCase[] = [
  mwrCase([24, 20, 28], "bm4d", 0.1, 1),
  mwrCase([13, 17, 23], "bm4d", 0.25, 2),
  mwrCase([24, 20, 28], "gaussian", 0.1, 3),
  mwrCase([9, 11, 14], "gaussian", 0.4, 4),
];

function mwrCase(shape: Shape3, denoiser: DenoiserId, sigma: number, seed: number): MwrCase {
  return {
    name: `${denoiser}, ${shape.join(" × ")}, sigma ${sigma}`,
    spec: {
      shape,
      sampled: wedgeMask(shape, { minTiltDeg: -60, maxTiltDeg: 55, tiltAxis: "y" }),
      measured: noisyBall(shape, sigma, seed),
      transform: "pp-fft",
      denoiser: { id: denoiser },
      energy: "l2",
      breathe: async () => {},
    },
    sigma,
    seed,
  };
}

/** A bright ball and a block on a slope, with white noise. */
function noisyBall(shape: Shape3, sigma: number, seed: number): Float32Array {
  const [nz, ny, nx] = shape;
  const values = new Float32Array(voxelCount(shape));
  fillNormal(values, seed, 1_000_000);
  for (let i = 0; i < values.length; i++) {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
    const inBall = ((x - nx / 3) / nx) ** 2 + ((y - ny / 2) / ny) ** 2 + ((z - nz / 2) / nz) ** 2 < 0.06;
    const inBlock = x > 0.7 * nx && y < 0.6 * ny;
    values[i] = (inBall ? 0.9 : inBlock ? 0.6 : (0.3 * z) / nz) + sigma * values[i];
  }
  return values;
}
