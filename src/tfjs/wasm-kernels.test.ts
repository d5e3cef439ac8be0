import { setFlagsFromString } from "node:v8";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Tensor } from "../core/nn/model";
import { uniformSequence } from "../core/random/philox";
import {
  KERNEL_CASES,
  KERNEL_TOLERANCE,
  type KernelCase,
  type KernelResults,
  kernelErrors,
  referenceResults,
  runKernelCase,
} from "../testing/cases/gradient-cases";
import { createWasmRuntime, type WasmRuntime } from "../wasm/runtime";
import type { HostBackend } from "./reference-kernels";
import { createWasmKernels } from "./wasm-kernels";

let runtime: WasmRuntime;
beforeAll(() => setFlagsFromString("--experimental-wasm-relaxed-simd"));
afterEach(() => runtime.dispose());

function hostBackend(): HostBackend {
  const kept = new Map<object, { values: Float32Array }>();
  return {
    data: { get: (dataId) => kept.get(dataId) ?? {} },
    makeTensorInfo(shape, dtype, values) {
      const dataId = {};
      kept.set(dataId, { values });
      return { dataId, shape, dtype };
    },
  };
}

function runOnWasm(kernelCase: KernelCase, on = runtime) {
  const backend = hostBackend();
  const upload = ({ shape, values }: Tensor) => backend.makeTensorInfo([...shape], "float32", values);
  const download = ({ dataId }: TensorInfo) => backend.data.get(dataId).values as Float32Array;
  return runKernelCase(createWasmKernels(on), backend, kernelCase, upload, download);
}

describe.each([
  { threads: 1, relaxedSimd: false },
  { threads: 2, relaxedSimd: true },
])("with $threads threads, relaxed SIMD $relaxedSimd", (options) => {
  test.each(KERNEL_CASES)("as the reference: $name", async (kernelCase) => {
    runtime = await createWasmRuntime(options);
    const before = runtime.mark();
    const errors = kernelErrors(await runOnWasm(kernelCase), await referenceResults(kernelCase));
    expect(Math.max(...errors)).toBeLessThan(KERNEL_TOLERANCE);
    expect(runtime.mark()).toBe(before);
  });
});

/** Sides beyond the blocks of work: more sections than slabs of sums, more rows than an item takes, a tile cut by the border. */
const LARGE: KernelCase = (() => {
  const random = uniformSequence(11, 0);
  const tensor = (scale: number, ...shape: number[]): Tensor => {
    const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
    return { shape, values: values.map(() => scale * (2 * random() - 1)) };
  };
  return {
    name: "conv3d 4 → 8 on 1×18×38×6",
    kernel: "conv3d",
    inputs: { a: tensor(1, 1, 18, 38, 6, 4), filter: tensor(0.15, 3, 3, 3, 4, 8), bias: tensor(0.5, 8) },
    dy: tensor(1, 1, 18, 38, 6, 8),
    wantsInput: true,
  };
})();

test("as the reference on a larger grid", async () => {
  runtime = await createWasmRuntime({ threads: 2 });
  const errors = kernelErrors(await runOnWasm(LARGE), await referenceResults(LARGE));
  expect(Math.max(...errors)).toBeLessThan(KERNEL_TOLERANCE);
});

test("a kernel that fails leaves the memory as it was", async () => {
  runtime = await createWasmRuntime({ threads: 1 });
  const before = runtime.mark();
  const failing: WasmRuntime = {
    ...runtime,
    parallel(kernel, ...args) {
      if (kernel === "winogradItems") throw new Error("no memory");
      runtime.parallel(kernel, ...args);
    },
  };
  await expect(runOnWasm(LARGE, failing)).rejects.toThrow("no memory");
  expect(runtime.mark()).toBe(before);
});

test("any number of threads gives the same bits", async () => {
  const kernelCase = KERNEL_CASES.find(({ name }) => name.startsWith("conv3d 48 + 32"))!;
  const results: KernelResults[] = [];
  for (const threads of [1, 3]) {
    runtime = await createWasmRuntime({ threads });
    results.push(await runOnWasm(kernelCase));
    if (threads === 1) runtime.dispose();
  }
  expect(results[1]).toEqual(results[0]);
});
