import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Tensor } from "../core/nn/model";
import type { GpuDevice } from "../gpu/device";
import {
  gradientNames,
  KERNEL_CASES,
  KERNEL_TOLERANCE,
  kernelErrors,
  referenceResults,
  runKernelCase,
} from "../testing/cases/gradient-cases";
import { testGpu } from "../testing/node-webgpu";
import type { SharedQueueBackend } from "./shared-queue-backend";
import { startTfjs } from "./start-tfjs";
import { WEBGPU_KERNELS } from "./webgpu-kernels";

/** An adapter in software takes seconds to compile what new channels need; these have two samples, two inputs, odd sides. */
const CASES_IN_SOFTWARE = [0, 2, 4, 9, 10, 11, 13];

describe.skipIf(!testGpu)("the kernels of tfjs's webgpu backend", () => {
  let backend: SharedQueueBackend;
  beforeAll(async () => {
    backend = await startTfjs(testGpu as GpuDevice);
  }, 120_000);
  afterAll(() => {
    tf.removeBackend("webgpu");
    testGpu?.device.destroy();
  });

  const upload = ({ shape, values }: Tensor) => backend.makeTensorInfo([...shape], "float32", values);
  const download = async ({ dataId }: tf.TensorInfo) => (await backend.read(dataId)) as Float32Array;

  const cases = testGpu?.isSoftware ? CASES_IN_SOFTWARE.map((index) => KERNEL_CASES[index]) : KERNEL_CASES;
  it.each(cases)("$name", async (test) => {
    const scopes = ["validation", "internal"] as const;
    for (const scope of scopes) backend.device.pushErrorScope(scope);
    const found = await runKernelCase(WEBGPU_KERNELS, backend, test, upload, download);
    for (const _ of scopes) expect((await backend.device.popErrorScope())?.message).toBeUndefined();
    expect(found.gradients).toHaveLength(gradientNames(test).length);
    const errors = kernelErrors(found, await referenceResults(test));
    expect(errors, String(errors)).toSatisfy((all: number[]) =>
      all.every((error) => error < KERNEL_TOLERANCE),
    );
  });
});
