import { afterAll, describe, expect, it } from "vitest";
import { encodeFloat16 } from "../../core/volume/float16";
import { wholeBox } from "../../core/volume/shape";
import { conv3dData, conv3dOracle } from "../../testing/cases/conv3d-cases";
import { openNullGpu, testGpu } from "../../testing/node-webgpu";
import { filterGradientMatrixCode } from "../filter-gradient-matrix/filter-gradient-matrix-code";
import { submitNow } from "../immediate-queue";
import { readFloats } from "../read-floats";
import { conv3dMatrixSupports, createConv3dMatrix, packMatrixWeights } from "./conv3d-matrix";
import { conv3dMatrixCode } from "./conv3d-matrix-code";
import packCode from "./pack-matrix-filter.wgsl?raw";

/** Products of numbers with 11 bits: 2⁻¹¹ each, and a few of them in a row. */
const RELATIVE_TOLERANCE = 1e-3;

const nullGpu = await openNullGpu();

describe.skipIf(!nullGpu)("kernels on subgroup matrices", () => {
  afterAll(() => nullGpu?.device.destroy());

  it.each([
    ["f16", conv3dMatrixCode({ stored: "f16", columns: 2, subgroups: 8 })],
    ["f32", conv3dMatrixCode({ stored: "f32", columns: 3, subgroups: 4 })],
    ["filter gradient", filterGradientMatrixCode(2)],
    ["packing", packCode],
  ])("compile without a word: %s", async (_, code) => {
    const module = nullGpu?.device.createShaderModule({ code });
    const info = await module?.getCompilationInfo();
    expect(info?.messages.map(({ message }) => message)).toEqual([]);
  });
});

describe.skipIf(!testGpu?.hasSubgroupMatrices)("convolution on subgroup matrices", () => {
  it("agrees with the definition as far as f16 goes, for blocks that hang over on every side", async () => {
    if (!testGpu) return;
    const { device } = testGpu;
    const test = { shape: [9, 6, 35], kernelSize: 3, channelsIn: 32, channelsOut: 48, relu: true } as const;
    const data = conv3dData(test, 1);
    const spec = { stored: "f32", channelsIn: [32], channelsOut: 48, relu: true } as const;
    const conv = await createConv3dMatrix(device, spec);
    const upload = (values: Float32Array | Uint16Array) => {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      const buffer = device.createBuffer({ size: values.byteLength, usage });
      device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
      return buffer;
    };
    const expected = conv3dOracle(test, data);
    const output = upload(new Float32Array(expected.length));
    const box = wholeBox(test.shape);
    const packed = Uint16Array.from(packMatrixWeights(data.weights, 32, 48, conv.columns), encodeFloat16);
    submitNow(device, [
      conv.run({
        inputs: [{ buffer: upload(data.input), box, channels: 32 }],
        weights: upload(packed),
        bias: upload(data.bias),
        output: { buffer: output, box, channels: 48 },
      }),
    ]);
    const found = await readFloats(device, output, expected.length);
    const squared = (values: ArrayLike<number>) =>
      Array.from(values).reduce((sum, value) => sum + value * value, 0);
    const difference = found.map((value, i) => value - expected[i]);
    expect(Math.sqrt(squared(difference) / squared(expected))).toBeLessThan(RELATIVE_TOLERANCE);
  });
});

it("supports whole matrices of channels", () => {
  expect(conv3dMatrixSupports([48, 32], 32)).toBe(true);
  expect(conv3dMatrixSupports([1], 32)).toBe(false);
  expect(conv3dMatrixSupports([32], 12)).toBe(false);
});
