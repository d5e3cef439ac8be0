import type { Backend } from "../core/backend";
import { selfTestModel, selfTestRestoration, selfTestTile, TEST_CORE, TEST_SHAPE } from "./self-test-case";
import { PROBABILITIES, RESTORED, RESTORED_STEP } from "./self-test-numbers";

/** f32 in another order, through 15 layers: 1e-6 is usual, and a fault of a kernel or a driver is far above. */
export const SELF_TEST_TOLERANCE = 1e-4;

/** Rounding may move a block of BM4D's groups in or out; a wrong transform is wrong everywhere. */
const RESTORATION_TOLERANCE = 1e-3;

const free = async () => {};

/** Returns the largest difference between a backend's class probabilities and the stored ones (infinite for NaN). */
export async function networkError(backend: Backend): Promise<number> {
  const network = await backend.createNetwork(selfTestModel());
  try {
    return difference(await network.predict(selfTestTile(), TEST_SHAPE, TEST_CORE, free), PROBABILITIES);
  } finally {
    network.dispose();
  }
}

/** Tells whether noise, Fourier projection, BM4D and energy of a backend give the stored numbers. */
export async function restoresRight(backend: Backend): Promise<boolean> {
  return difference(await restorationNumbers(backend), RESTORED) < RESTORATION_TOLERANCE;
}

/** Returns the energy after one step of the chain, then every RESTORED_STEP-th voxel of the denoised sample. */
export async function restorationNumbers(backend: Backend): Promise<readonly number[]> {
  const spec = selfTestRestoration();
  const kernels = await backend.createMwrKernels(spec);
  try {
    const [sample, proposal] = [kernels.allocate(), kernels.allocate()];
    await kernels.load(spec.measured, sample);
    await kernels.addNoise(sample, 0.1, 3, 1, proposal);
    await kernels.project(proposal);
    await kernels.denoise(proposal, 0.1, sample);
    await kernels.begin(sample);
    const [{ energy }] = await kernels.outcomes();
    const voxels = await kernels.read(sample);
    return [energy, ...voxels.filter((_, i) => i % RESTORED_STEP === 0)];
  } finally {
    kernels.dispose();
  }
}

function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < found.length; i++) {
    const apart = Math.abs(found[i] - expected[i]);
    if (!(apart <= largest)) largest = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
  }
  return largest;
}
