import { dctWedgeWeights } from "../../core/fourier/dct-wedge";
import { type Wedge, wedgeWeights } from "../../core/fourier/wedge";
import { fillNormal } from "../../core/random/philox";
import type { MwrKernelSpec } from "../../core/restore/mwr-kernels";
import { type Shape3, voxelCount } from "../../core/volume/shape";

export interface MwrCase {
  readonly name: string;
  readonly spec: MwrKernelSpec;
  readonly sigma: number;
  readonly seed: number;
}

const WEDGE: Wedge = { minTiltDeg: -60, maxTiltDeg: 55, tiltAxis: "y" };

/**
 * Boxes for which every backend's chain is compared with the reference: even, odd and prime sides, the denoisers that have twins,
 * each energy and transform, a soft border, and both signs.
 */
export const MWR_CASES: readonly MwrCase[] = [
  mwrCase([24, 20, 28], 0.1, 1, { denoiser: { id: "bm4d" } }),
  mwrCase([13, 17, 23], 0.25, 2, { denoiser: { id: "bm4d" } }),
  mwrCase([24, 20, 28], 0.1, 3, {}),
  mwrCase([9, 11, 14], 0.4, 4, {}),
  mwrCase([9, 10, 12], 0.1, 5, { energy: "l1", transform: "fft", sign: "positive" }),
  mwrCase([10, 9, 11], 0.1, 6, { energy: "cc" }, 10),
  mwrCase([8, 12, 10], 0.1, 7, { energy: "psnr", transform: "dct" }),
  mwrCase([10, 8, 13], 0.1, 8, { energy: "mi", sign: "negative" }, 20),
  mwrCase([11, 10, 8], 0.1, 9, { transform: "dct" }, 15),
];

/** A case with a Gaussian, "l2" and "pp-fft" unless `given` says otherwise; the wedge's border is soft over `edgeDeg`. */
function mwrCase(
  shape: Shape3,
  sigma: number,
  seed: number,
  given: Partial<Pick<MwrKernelSpec, "denoiser" | "energy" | "transform" | "sign">>,
  edgeDeg = 0,
): MwrCase {
  const spec = { transform: "pp-fft", denoiser: { id: "gaussian" }, energy: "l2", ...given } as const;
  const weigh = spec.transform === "dct" ? dctWedgeWeights : wedgeWeights;
  const name = [spec.denoiser.id, spec.energy, spec.transform, shape.join(" × "), `sigma ${sigma}`].join(
    ", ",
  );
  return {
    name,
    spec: {
      ...spec,
      shape,
      sampled: weigh(shape, [WEDGE], edgeDeg > 0 ? { width: edgeDeg, unit: "degrees" } : null),
      measured: noisyBall(shape, sigma, seed),
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
