import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GpuDevice } from "../gpu/device";
import {
  CONV3D_CASES,
  type Conv3dCase,
  conv3dData,
  conv3dOracle,
  maxDifference,
} from "../testing/cases/conv3d-cases";
import { testGpu } from "../testing/node-webgpu";
import { startTfjs } from "./start-tfjs";

/** f32 sums of up to 27·32 products of order 1/√n. */
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

  const viaTfjs = async (test: Conv3dCase, data: ReturnType<typeof conv3dData>) => {
    const { shape, kernelSize: k, channelsIn, channelsOut, relu } = test;
    const result = tf.tidy(() => {
      const x = tf.tensor5d(data.input, [1, ...shape, channelsIn]);
      const filter = tf.tensor5d(data.weights, [k, k, k, channelsIn, channelsOut]);
      const bias = tf.tensor(data.bias, [1, 1, 1, 1, channelsOut]);
      const sum = tf.add(tf.conv3d(x, filter, 1, "same"), bias);
      return relu ? tf.relu(sum) : sum;
    });
    const values = await result.data();
    result.dispose();
    return values as Float32Array;
  };

  it.each([CONV3D_CASES[0], CONV3D_CASES[1], CONV3D_CASES[5]])(
    "convolves like the definition: $shape, k=$kernelSize, $channelsIn → $channelsOut",
    async (test) => {
      const data = conv3dData(test, 1);
      expect(maxDifference(await viaTfjs(test, data), conv3dOracle(test, data))).toBeLessThan(TOLERANCE);
    },
  );

  it("leaves channels that are no multiples of 4 to tfjs's own kernel", async () => {
    const test: Conv3dCase = { shape: [3, 4, 5], kernelSize: 3, channelsIn: 3, channelsOut: 5, relu: false };
    const data = conv3dData(test, 2);
    expect(maxDifference(await viaTfjs(test, data), conv3dOracle(test, data))).toBeLessThan(TOLERANCE);
  });

  it("leaves strides to tfjs's own kernel, and convolves every sample of a batch", async () => {
    const test: Conv3dCase = { shape: [4, 6, 8], kernelSize: 3, channelsIn: 4, channelsOut: 8, relu: false };
    const first = conv3dData(test, 3);
    const second = { ...first, input: conv3dData(test, 4).input, bias: new Float32Array(8) };
    const expected = [{ ...first, bias: second.bias }, second].map((data) => conv3dOracle(test, data));
    const x = tf.tensor5d(new Float32Array([...first.input, ...second.input]), [2, 4, 6, 8, 4]);
    const filter = tf.tensor5d(first.weights, [3, 3, 3, 4, 8]);
    const whole = (await tf.conv3d(x, filter, 1, "same").data()) as Float32Array;
    expect(maxDifference(whole, [...expected[0], ...expected[1]])).toBeLessThan(TOLERANCE);
    // 'Same' with stride 2 on even sides pads after only: its voxels are those at odd places of stride 1.
    const strided = (await tf.conv3d(x, filter, 2, "same").data()) as Float32Array;
    const odd = strided.map((_, i) => {
      const [c, x2, y2] = [i % 8, Math.floor(i / 8) % 4, Math.floor(i / 32) % 3];
      const [z2, sample] = [Math.floor(i / 96) % 2, Math.floor(i / 192)];
      return expected[sample][(((2 * z2 + 1) * 6 + 2 * y2 + 1) * 8 + 2 * x2 + 1) * 8 + c];
    });
    expect(maxDifference(strided, odd)).toBeLessThan(TOLERANCE);
  });

  it("mixes with tfjs's own operations in order: pooling after, arithmetic before", async () => {
    const test: Conv3dCase = { shape: [4, 4, 6], kernelSize: 3, channelsIn: 4, channelsOut: 4, relu: true };
    const data = conv3dData(test, 5);
    const pooled = tf.tidy(() => {
      const x = tf.mul<tf.Tensor5D>(tf.tensor5d(data.input, [1, 4, 4, 6, 4]), 2);
      const filter = tf.tensor5d(data.weights, [3, 3, 3, 4, 4]);
      const bias = tf.tensor(data.bias, [1, 1, 1, 1, 4]);
      return tf.maxPool3d(
        tf.relu(tf.add(tf.conv3d(x, filter, 1, "same"), bias)) as tf.Tensor5D,
        2,
        2,
        "valid",
      );
    });
    const whole = conv3dOracle(test, { ...data, input: data.input.map((value) => 2 * value) });
    const found = (await pooled.data()) as Float32Array;
    const expected = found.map((_, i) => {
      const [c, x, y, z] = [i % 4, Math.floor(i / 4) % 3, Math.floor(i / 12) % 2, Math.floor(i / 24)];
      const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((corner) => {
        const [dz, dy, dx] = [corner >> 2, (corner >> 1) & 1, corner & 1];
        return whole[(((2 * z + dz) * 4 + 2 * y + dy) * 6 + 2 * x + dx) * 4 + c];
      });
      return Math.max(...corners);
    });
    expect(maxDifference(found, expected)).toBeLessThan(2 * TOLERANCE);
  });
});
