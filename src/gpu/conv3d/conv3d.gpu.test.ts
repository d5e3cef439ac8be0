import { afterAll, describe, expect, it } from "vitest";
import { voxelCount } from "../../core/volume/shape";
import {
  CONV3D_CASES,
  type Conv3dCase,
  conv3dData,
  conv3dOracle,
  maxDifference,
} from "../../testing/cases/conv3d-cases";
import { featureMap, runAndRead, uploadFloats } from "../../testing/gpu-buffers";
import { testGpu } from "../../testing/node-webgpu";
import { type Conv3dTiling, createConv3d, SMALL_TILING, WIDE_TILING } from "./conv3d";

/** f32 sums of up to 27·112 products of order 1/√n. */
const TOLERANCE = 1e-5;

describe.skipIf(!testGpu)("conv3d on the GPU", () => {
  const device = testGpu?.device as GPUDevice;
  afterAll(() => device?.destroy());

  const expectDefinition = async (test: Conv3dCase, tiling: Conv3dTiling) => {
    const data = conv3dData(test, 1);
    const { shape, kernelSize, channelsIn, channelsOut, relu } = test;
    const spec = { kernelSize: kernelSize as 1 | 3, channelsIn: [channelsIn], channelsOut, relu };
    const conv = await createConv3d(device, spec, tiling);
    const input = featureMap(device, shape, channelsIn, data.input);
    const output = featureMap(device, shape, channelsOut);
    const run = conv.run({
      inputs: [input],
      weights: uploadFloats(device, data.weights),
      bias: uploadFloats(device, data.bias),
      output,
    });
    const found = await runAndRead(device, [run], output.buffer, voxelCount(shape) * channelsOut);
    expect(maxDifference(found, conv3dOracle(test, data))).toBeLessThan(TOLERANCE);
  };

  it.each(CONV3D_CASES)("equals the definition: $shape, k=$kernelSize, $channelsIn → $channelsOut", (test) =>
    expectDefinition(test, SMALL_TILING),
  );

  it("equals it in wide blocks, with more channels for each thread", async () => {
    const test = { shape: [5, 9, 10], kernelSize: 3, channelsIn: 8, channelsOut: 16, relu: true } as const;
    await expectDefinition(test, WIDE_TILING);
  });

  it("takes two inputs as one, each with its own box, and makes a part of the output", async () => {
    const test: Conv3dCase = { shape: [6, 7, 9], kernelSize: 3, channelsIn: 12, channelsOut: 32, relu: true };
    const [nz, ny, nx] = test.shape;
    const data = conv3dData(test, 2);
    const channel = (from: number, to: number, keep: (z: number, y: number) => boolean) =>
      data.input.filter((_, i) => {
        const voxel = Math.floor(i / 12);
        return (
          i % 12 >= from && i % 12 < to && keep(Math.floor(voxel / (ny * nx)), Math.floor(voxel / nx) % ny)
        );
      });
    // The output box needs one voxel more on each side: the inputs hold at least that, and no more than they need to.
    const outputBox = { z0: 2, y0: 3, x0: 0, z1: 5, y1: 7, x1: 9 };
    const a = {
      ...featureMap(
        device,
        test.shape,
        8,
        channel(0, 8, () => true),
      ),
    };
    const boxB = { z0: 1, y0: 2, x0: 0, z1: 6, y1: 7, x1: 9 };
    const b = {
      buffer: uploadFloats(
        device,
        channel(8, 12, (z, y) => z >= 1 && y >= 2),
      ),
      box: boxB,
      channels: 4,
    };
    const output = { ...featureMap(device, [3, 4, 9], 32), box: outputBox };
    const conv = await createConv3d(
      device,
      {
        kernelSize: 3,
        channelsIn: [8, 4],
        channelsOut: 32,
        relu: true,
      },
      SMALL_TILING,
    );
    const run = conv.run({
      inputs: [a, b],
      weights: uploadFloats(device, data.weights),
      bias: uploadFloats(device, data.bias),
      output,
    });
    const found = await runAndRead(device, [run], output.buffer, 3 * 4 * 9 * 32);
    const whole = conv3dOracle(test, data);
    const expected = found.map((_, i) => {
      const [c, x, y, z] = [i % 32, Math.floor(i / 32) % 9, Math.floor(i / 288) % 4, Math.floor(i / 1152)];
      return whole[(((z + 2) * ny + y + 3) * nx + x) * 32 + c];
    });
    expect(nz).toBe(6);
    expect(maxDifference(found, expected)).toBeLessThan(TOLERANCE);
  });
});
