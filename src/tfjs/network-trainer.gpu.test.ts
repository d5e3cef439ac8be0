import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createReferenceBackend } from "../compute/reference-backend";
import { createWebGpuBackend } from "../compute/webgpu-backend";
import type { Backend } from "../core/backend";
import type { GpuDevice } from "../gpu/device";
import { runTrainerCase, TRAINER_CASES, WEIGHT_TOLERANCE, weightError } from "../testing/cases/trainer-cases";
import { testGpu } from "../testing/node-webgpu";

describe.skipIf(!testGpu)("training on the GPU", () => {
  const reference = createReferenceBackend();
  let backend: Backend;
  beforeAll(() => {
    backend = createWebGpuBackend(testGpu as GpuDevice, () => Promise.resolve(reference));
  });
  afterAll(() => backend?.dispose());

  // An adapter in software takes a minute to compile all kernels, more where others compute too, and seconds for a step.
  const cases = testGpu?.isSoftware ? TRAINER_CASES.slice(2, 3) : TRAINER_CASES;
  it.each(cases)("takes the steps of the reference: $name", { timeout: 900_000 }, async (test) => {
    const expected = await runTrainerCase(reference, test);
    const found = await runTrainerCase(backend, test);
    for (const [step, { loss, accuracy }] of expected.results.entries()) {
      expect(found.results[step].loss).toBeCloseTo(loss, 4);
      expect(found.results[step].accuracy).toBe(accuracy);
    }
    expect(weightError(found.weights, expected.weights)).toBeLessThan(WEIGHT_TOLERANCE);
  });
});
