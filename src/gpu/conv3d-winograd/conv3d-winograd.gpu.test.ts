import { afterAll, describe, expect, it } from "vitest";
import { voxelCount } from "../../core/volume/shape";
import { type Conv3dCase, conv3dData, conv3dOracle, maxDifference } from "../../testing/cases/conv3d-cases";
import { featureMap, runAndRead, uploadFloats } from "../../testing/gpu-buffers";
import { testGpu } from "../../testing/node-webgpu";
import { SMALL_TILING } from "../conv3d/conv3d";
import { createConv3dWinograd, winogradWeights } from "./conv3d-winograd";

/** Transformed values are up to 10 times as large as what they stand for; f32 sums of 54·20 products. */
const TOLERANCE = 5e-5;

describe.skipIf(!testGpu)("Winograd convolution on the GPU", () => {
  const device = testGpu?.device as GPUDevice;
  afterAll(() => device?.destroy());

  it("equals the definition, of two inputs, odd sides and a length that is no multiple of 4", async () => {
    const test: Conv3dCase = {
      shape: [5, 6, 15],
      kernelSize: 3,
      channelsIn: 20,
      channelsOut: 16,
      relu: true,
    };
    const data = conv3dData(test, 1);
    const channels = (from: number, to: number) => data.input.filter((_, i) => i % 20 >= from && i % 20 < to);
    const spec = { channelsIn: [16, 4], channelsOut: 16, relu: true };
    const conv = await createConv3dWinograd(device, spec, SMALL_TILING);
    const output = featureMap(device, test.shape, 16);
    const run = conv.run({
      inputs: [
        featureMap(device, test.shape, 16, channels(0, 16)),
        featureMap(device, test.shape, 4, channels(16, 20)),
      ],
      weights: uploadFloats(device, winogradWeights(data.weights)),
      bias: uploadFloats(device, data.bias),
      output,
    });
    const found = await runAndRead(device, [run], output.buffer, voxelCount(test.shape) * 16);
    expect(maxDifference(found, conv3dOracle(test, data))).toBeLessThan(TOLERANCE);
  });
});
