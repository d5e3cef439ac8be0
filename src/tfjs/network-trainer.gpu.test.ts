import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createReferenceBackend } from "../compute/reference-backend";
import { createWebGpuBackend } from "../compute/webgpu-backend";
import type { Backend } from "../core/backend";
import type { GpuDevice } from "../gpu/device";
import { runTrainerCase, TRAINER_CASES, WEIGHT_TOLERANCE, weightError } from "../testing/cases/trainer-cases";
import { testGpu } from "../testing/node-webgpu";

// An adapter in software takes minutes to compile all kernels of a training; webgpu-kernels.gpu.test.ts runs each of them there.
describe.skipIf(!testGpu || testGpu.isSoftware)("training on the GPU", () => {
  const reference = createReferenceBackend();
  let backend: Backend;
  beforeAll(() => {
    backend = createWebGpuBackend(testGpu as GpuDevice, () => Promise.resolve(reference));
  });
  afterAll(() => backend?.dispose());

  it.each(TRAINER_CASES)("takes the steps of the reference: $name", async (test) => {
    const expected = await runTrainerCase(reference, test);
    const found = await runTrainerCase(backend, test);
    for (const [step, { loss, accuracy }] of expected.results.entries()) {
      expect(found.results[step].loss).toBeCloseTo(loss, 4);
      expect(found.results[step].accuracy).toBe(accuracy);
    }
    expect(weightError(found.weights, expected.weights)).toBeLessThan(WEIGHT_TOLERANCE);
  });
});
