import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GpuDevice } from "../gpu/device";
import { type Conv3dCase, conv3dData, conv3dOracle, maxDifference } from "../testing/cases/conv3d-cases";
import { testGpu } from "../testing/node-webgpu";
import { KERNELS } from "./network-kernels";
import { startTfjs } from "./start-tfjs";

/** f32 sums of up to 27·4 products of order 1/√n. */
const TOLERANCE = 1e-5;

describe.skipIf(!testGpu)("tfjs on our device", () => {
  const gpu = testGpu as GpuDevice;
  beforeAll(async () => {
    // As tfjs does on loading where it sees a GPU.
    tf.registerBackend("webgpu", () => Promise.reject(new Error("tfjs's own device was asked for")));
    const backend = await startTfjs(gpu);
    expect(tf.backend()).toBe(backend);
    expect(backend.device).toBe(gpu.device);
  }, 120_000);
  afterAll(() => {
    tf.removeBackend("webgpu");
    gpu?.device.destroy();
  });

  it("mixes our kernels with tfjs's own operations in order: before and after", async () => {
    const test: Conv3dCase = { shape: [2, 4, 6], kernelSize: 3, channelsIn: 4, channelsOut: 4, relu: true };
    const data = conv3dData(test, 5);
    const result = tf.tidy(() => {
      const a = tf.mul(tf.tensor5d(data.input, [1, 2, 4, 6, 4]), 2);
      const filter = tf.tensor5d(data.weights, [3, 3, 3, 4, 4]);
      const y = tf.engine().runKernel(KERNELS.conv3d, { a, filter, bias: tf.tensor1d(data.bias) });
      return tf.add((y as tf.Tensor[])[0], 1);
    });
    const found = (await result.data()) as Float32Array;
    result.dispose();
    const doubled = { ...data, input: data.input.map((value) => 2 * value) };
    const expected = conv3dOracle(test, doubled).map((value) => value + 1);
    expect(maxDifference(found, expected)).toBeLessThan(2 * TOLERANCE);
  });

  it("gives every buffer back that a kernel needs meanwhile", () => {
    const tensors = () => [tf.ones([1, 2, 4, 4, 8]), tf.ones([3, 3, 3, 8, 8])] as const;
    const before = tf.memory().numTensors;
    const count = () =>
      (tf.backend() as unknown as { tensorMap: { numDataIds(): number } }).tensorMap.numDataIds();
    const held = count();
    tf.tidy(() => {
      const [a, filter] = tensors();
      tf.engine().runKernel(KERNELS.conv3dGradient, { a, filter, y: a, dy: a });
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(count()).toBe(held);
  });
});
