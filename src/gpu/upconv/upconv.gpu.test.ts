import { afterAll, describe, expect, it } from "vitest";
import type { Shape3 } from "../../core/volume/shape";
import { type Conv3dCase, conv3dData, conv3dOracle, maxDifference } from "../../testing/cases/conv3d-cases";
import { featureMap, runAndRead, uploadFloats } from "../../testing/gpu-buffers";
import { testGpu } from "../../testing/node-webgpu";
import { createUpconv, SMALL_UPCONV, upconvWeights, WIDE_UPCONV } from "./upconv";

/** f32 sums of up to 8·64 products of order 1/√n, in another order than the definition. */
const TOLERANCE = 1e-5;

const CASES: readonly { shape: Shape3; channelsIn: number; channelsOut: number }[] = [
  { shape: [3, 5, 7], channelsIn: 8, channelsOut: 4 },
  { shape: [2, 3, 4], channelsIn: 48, channelsOut: 48 },
  { shape: [1, 2, 5], channelsIn: 64, channelsOut: 64 },
];

describe.skipIf(!testGpu)("upconv on the GPU", () => {
  const device = testGpu?.device as GPUDevice;
  afterAll(() => device?.destroy());

  it.each(CASES)("equals up-sampling, then convolution: $shape, $channelsIn → $channelsOut", async (test) => {
    const { shape, channelsIn, channelsOut } = test;
    const fineShape = shape.map((side) => 2 * side) as unknown as Shape3;
    const fine: Conv3dCase = { shape: fineShape, kernelSize: 2, channelsIn, channelsOut, relu: true };
    const { input: source, weights, bias } = conv3dData(fine, 3);
    const coarse = source.slice(0, source.length / 8);
    const upconv = await createUpconv(device, channelsIn, channelsOut, "f32", SMALL_UPCONV);
    const output = featureMap(device, fineShape, channelsOut);
    const run = upconv.run({
      input: featureMap(device, shape, channelsIn, coarse),
      weights: uploadFloats(device, upconvWeights(weights)),
      bias: uploadFloats(device, bias),
      output,
    });
    const found = await runAndRead(device, [run], output.buffer, (source.length / channelsIn) * channelsOut);
    const input = upsampled(coarse, shape, channelsIn);
    expect(maxDifference(found, conv3dOracle(fine, { input, weights, bias }))).toBeLessThan(TOLERANCE);
  });

  it("makes a part of the output from a part of the input", async () => {
    const fine: Conv3dCase = { shape: [8, 10, 12], kernelSize: 2, channelsIn: 4, channelsOut: 8, relu: true };
    const { input: source, weights, bias } = conv3dData(fine, 4);
    const coarse = source.slice(0, source.length / 8);
    const upconv = await createUpconv(device, 4, 8, "f32", WIDE_UPCONV);
    const box = { z0: 2, y0: 4, x0: 2, z1: 6, y1: 10, x1: 8 };
    const output = { ...featureMap(device, [4, 6, 6], 8), box };
    // Coarse voxels 1…3 of z, 2…4 of y (the end of the grid), 1…4 of x.
    const inputBox = { z0: 1, y0: 2, x0: 1, z1: 4, y1: 5, x1: 5 };
    const part = coarse.filter((_, i) => {
      const voxel = Math.floor(i / 4);
      const [z, y, x] = [Math.floor(voxel / 30), Math.floor(voxel / 6) % 5, voxel % 6];
      return z >= 1 && y >= 2 && x >= 1 && x < 5;
    });
    const run = upconv.run({
      input: { buffer: uploadFloats(device, part), box: inputBox, channels: 4 },
      weights: uploadFloats(device, upconvWeights(weights)),
      bias: uploadFloats(device, bias),
      output,
    });
    const found = await runAndRead(device, [run], output.buffer, 4 * 6 * 6 * 8);
    const whole = conv3dOracle(fine, { input: upsampled(coarse, [4, 5, 6], 4), weights, bias });
    const expected = found.map((_, i) => {
      const [c, x, y, z] = [i % 8, Math.floor(i / 8) % 6, Math.floor(i / 48) % 6, Math.floor(i / 288)];
      return whole[(((z + 2) * 10 + y + 4) * 12 + x + 2) * 8 + c];
    });
    expect(maxDifference(found, expected)).toBeLessThan(TOLERANCE);
  });
});

function upsampled(values: Float32Array, [nz, ny, nx]: Shape3, channels: number): Float32Array {
  return new Float32Array(8 * values.length).map((_, i) => {
    const voxel = Math.floor(i / channels);
    const [z, y, x] = [
      Math.floor(voxel / (4 * ny * nx)),
      Math.floor(voxel / (2 * nx)) % (2 * ny),
      voxel % (2 * nx),
    ];
    expect(z >> 1).toBeLessThan(nz);
    return values[(((z >> 1) * ny + (y >> 1)) * nx + (x >> 1)) * channels + (i % channels)];
  });
}
