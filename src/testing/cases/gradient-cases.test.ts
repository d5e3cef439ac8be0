import { describe, expect, it } from "vitest";
import type { Tensor } from "../../core/nn/model";
import { uniformSequence } from "../../core/random/philox";
import {
  gradientNames,
  KERNEL_CASES,
  type KernelCase,
  kernelErrors,
  referenceResults,
} from "./gradient-cases";

/** f32 rounds what is computed in f64. */
const ROUNDING = 1e-6;
/** Of a central difference in f64 over 2·STEP, unless a ReLU or a maximum changes sides in between. */
const DIFFERENCE_TOLERANCE = 1e-5;
const STEP = 1e-6;
/** Of each tensor; the rest is alike. */
const TRIED = 8;
/** Wide kernels take the same code and much longer. */
const DIFFERENCED = KERNEL_CASES.filter(({ inputs: { filter }, dy }) => {
  const products = filter ? (filter.values.length * dy.values.length) / filter.shape[4] : 0;
  return products < 1e6;
});

type Values = Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float64Array }>>;

const f64 = ({ shape, values }: Tensor) => ({ shape, values: Float64Array.from(values) });

/** Returns a kernel's output by its definition, in f64: voxel by voxel, tap by tap. */
function define(kernel: KernelCase["kernel"], inputs: Values): Float64Array {
  const first = inputs.a ?? inputs.x;
  const [batch, ...sides] = first.shape.slice(0, 4);
  const scale = { conv3d: 1, upconv: 2, maxPool: 0.5, classify: 1 }[kernel];
  const [nz, ny, nx] = sides.map((side) => side * scale);
  const { filter, bias, b } = inputs;
  const kernelSide = filter?.shape[0] ?? 2;
  const channelsOut = filter?.shape[4] ?? first.shape[4];
  const before = Math.floor((kernelSide - 1) / 2);
  const out = new Float64Array(batch * nz * ny * nx * channelsOut);
  for (let voxel = 0; voxel * channelsOut < out.length; voxel++) {
    const [z, y, x] = [Math.floor(voxel / (ny * nx)) % nz, Math.floor(voxel / nx) % ny, voxel % nx];
    const sample = Math.floor(voxel / (nz * ny * nx));
    const to = out.subarray(voxel * channelsOut, (voxel + 1) * channelsOut);
    if (bias) to.set(bias.values);
    else to.fill(Number.NEGATIVE_INFINITY);
    for (let tap = 0; tap < kernelSide ** 3; tap++) {
      const offset = [
        Math.floor(tap / kernelSide ** 2),
        Math.floor(tap / kernelSide) % kernelSide,
        tap % kernelSide,
      ];
      const from = [z, y, x].map((place, axis) =>
        filter ? Math.floor((place + offset[axis] - before) / scale) : 2 * place + offset[axis],
      );
      if (from.some((place, axis) => place < 0 || place >= sides[axis])) continue;
      const source = from.reduce((index, place, axis) => index * sides[axis] + place, sample);
      let row = tap * (filter?.shape[3] ?? 0) * channelsOut;
      for (const input of b ? [first, b] : [first]) {
        const channels = input.shape[4];
        for (let i = 0; i < channels; i++) {
          const value = input.values[source * channels + i];
          if (!filter) to[i] = Math.max(to[i], value);
          else for (let o = 0; o < channelsOut; o++, row++) to[o] += value * filter.values[row];
        }
      }
    }
  }
  if (kernel === "classify") return softmaxOf(out, channelsOut);
  return kernel === "maxPool" ? out : out.map((value) => Math.max(0, value));
}

function softmaxOf(values: Float64Array, channels: number): Float64Array {
  const exponentials = values.map(Math.exp);
  return exponentials.map((value, i) => {
    const first = i - (i % channels);
    return value / exponentials.subarray(first, first + channels).reduce((sum, each) => sum + each, 0);
  });
}

describe("the reference kernels", () => {
  it.each(KERNEL_CASES)("give what the definition says: $name", async (test) => {
    const inputs = Object.fromEntries(
      Object.entries(test.inputs).map(([name, tensor]) => [name, f64(tensor)]),
    );
    const { y } = await referenceResults(test);
    const expected = define(test.kernel, inputs);
    expect(y.shape).toEqual(test.dy.shape);
    expect(Math.max(...expected.map((value, i) => Math.abs(value - y.values[i])))).toBeLessThan(5 * ROUNDING);
  });

  it.each(DIFFERENCED)("have the slopes that finite differences measure: $name", async (test) => {
    const { gradients } = await referenceResults(test);
    const names = gradientNames(test);
    expect(gradients.length).toBe(names.length);
    const inputs = Object.fromEntries(
      Object.entries(test.inputs).map(([name, tensor]) => [name, f64(tensor)]),
    );
    // Of equal voxels the first gets all: raised by less than anything else differs, it is the only one.
    if (test.kernel === "maxPool")
      inputs.x.values.forEach((value, i) => {
        inputs.x.values[i] = value - 1e-3 * (i / inputs.x.values.length);
      });
    const loss = () =>
      define(test.kernel, inputs).reduce((sum, value, i) => sum + value * test.dy.values[i], 0);
    const random = uniformSequence(7, 1);
    for (const [index, name] of names.entries()) {
      const { values } = inputs[name];
      expect(gradients[index].shape).toEqual(inputs[name].shape);
      for (let tried = 0; tried < TRIED; tried++) {
        const place = Math.floor(random() * values.length);
        const value = values[place];
        values[place] = value + STEP;
        const above = loss();
        values[place] = value - STEP;
        const below = loss();
        values[place] = value;
        const slope = gradients[index].values[place];
        expect(Math.abs((above - below) / (2 * STEP) - slope), `${name}[${place}]`).toBeLessThan(
          DIFFERENCE_TOLERANCE * Math.max(1, Math.abs(slope)),
        );
      }
    }
  });
});

describe("kernelErrors", () => {
  it("sees a wrong value, a wrong shape and a missing gradient", async () => {
    const results = await referenceResults(KERNEL_CASES[1]);
    expect(kernelErrors(results, results)).toEqual([0, 0, 0, 0]);
    const wrong = {
      ...results.y,
      values: results.y.values.map((value, i) => (i === 3 ? Number.NaN : value)),
    };
    expect(kernelErrors({ ...results, y: wrong }, results)[0]).toBe(Number.POSITIVE_INFINITY);
    const flat = { ...results.y, shape: [results.y.values.length] };
    expect(kernelErrors({ ...results, y: flat }, results)[0]).toBe(Number.POSITIVE_INFINITY);
    const fewer = { ...results, gradients: results.gradients.slice(1) };
    expect(kernelErrors(fewer, results)).toEqual([Number.POSITIVE_INFINITY]);
  });
});
