import { afterAll, describe, expect, it } from "vitest";
import { type Conv3dCase, conv3dData, conv3dOracle, maxDifference } from "../../testing/cases/conv3d-cases";
import { featureMap, runAndRead, uploadFloats } from "../../testing/gpu-buffers";
import { testGpu } from "../../testing/node-webgpu";
import { classMajorWeights, createConv1Softmax } from "./conv1-softmax";

/** exp on a GPU is right to a few units in the last place of its argument. */
const TOLERANCE = 1e-5;

describe.skipIf(!testGpu)("conv1-softmax on the GPU", () => {
  const device = testGpu?.device as GPUDevice;
  afterAll(() => device?.destroy());

  it.each([5, 6, 13])("gives the probabilities of %i classes", async (classes) => {
    const test: Conv3dCase = {
      shape: [3, 5, 67],
      kernelSize: 1,
      channelsIn: 32,
      channelsOut: classes,
      relu: false,
    };
    const data = conv3dData(test, classes);
    const conv = await createConv1Softmax(device);
    const box = { z0: 0, y0: 1, x0: 0, z1: 3, y1: 5, x1: 67 };
    const output = { ...featureMap(device, [3, 4, 67], classes), box };
    const run = conv.run({
      input: featureMap(device, test.shape, 32, data.input),
      weights: uploadFloats(device, classMajorWeights(data.weights, classes)),
      bias: uploadFloats(device, data.bias),
      output,
    });
    const found = await runAndRead(device, [run], output.buffer, 3 * 4 * 67 * classes);
    const scores = conv3dOracle(test, data);
    const expected = found.map((_, i) => {
      const voxel = Math.floor(i / classes);
      const source = Math.floor(voxel / 268) * 335 + 67 + (voxel % 268);
      const own = scores.subarray(source * classes, (source + 1) * classes);
      const largest = Math.max(...own);
      const sum = own.reduce((total, score) => total + Math.exp(score - largest), 0);
      return Math.exp(own[i % classes] - largest) / sum;
    });
    expect(maxDifference(found, expected)).toBeLessThan(TOLERANCE);
  });

  it("does not overflow", async () => {
    const conv = await createConv1Softmax(device);
    const output = featureMap(device, [1, 1, 1], 3);
    const run = conv.run({
      input: featureMap(device, [1, 1, 1], 4, new Float32Array([500, 0, 0, 0])),
      weights: uploadFloats(device, new Float32Array([1, 0, 0, 0, -1, 0, 0, 0, 1, 0, 0, 0])),
      bias: uploadFloats(device, new Float32Array([0, 0, 0])),
      output,
    });
    const found = await runAndRead(device, [run], output.buffer, 3);
    expect([...found]).toEqual([0.5, 0, 0.5]);
  });
});
