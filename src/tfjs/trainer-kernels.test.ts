import { AdamOptimizer, tensor, tensor1d, variable } from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { fillNormal } from "../core/random/philox";
import { type AdamTensors, adamStep } from "./adam";
import { createHostSession } from "./host-session";
import { runKernel } from "./network-operations";
import { REFERENCE_KERNELS } from "./reference-kernels";
import { TRAINER_KERNELS } from "./trainer-kernels";

beforeAll(() => createHostSession(REFERENCE_KERNELS, () => {}).activate());

const P = [0.5, 0.25, 0.25, 0.2, 0.6, 0.2, 0.4, 0.4, 0.2, 0, 1, 0];
const probabilities = (values: readonly number[]) => tensor([...values], [1, 1, 2, 2, 3]);
const LABELS = [0, 1, 1, 0];

async function sumsOf(values: readonly number[], logarithm: boolean): Promise<number[]> {
  const inputs = { probabilities: probabilities(values), labels: tensor1d(LABELS, "int32") };
  const [sums] = runKernel(TRAINER_KERNELS.classSums, inputs, { logarithm });
  return [...(await sums.data())];
}

test("sums of probabilities by class, over its own voxels and over all, and voxels that are right", async () => {
  const sums = await sumsOf(P, false);
  // Of the third voxel's two most probable classes the first counts, and it is wrong.
  const expected = [0.5, 0.6 + 0.4, 0, 1.1, 2.25, 0.65, 2];
  expect(sums).toHaveLength(7);
  for (const [index, value] of expected.entries()) expect(sums[index]).toBeCloseTo(value, 6);
});

test("of logarithms, where a probability of 0 gives a number", async () => {
  const sums = await sumsOf(P, true);
  expect(sums[0]).toBeCloseTo(Math.log(0.5) + Math.log(1e-37), 4);
  expect(sums[1]).toBeCloseTo(Math.log(0.6) + Math.log(0.4), 6);
  expect(sums.every(Number.isFinite)).toBe(true);
});

test.each([false, true])(
  "have the gradient that finite differences measure, logarithm: %s",
  async (logarithm) => {
    const slopes = [0.3, -1, 2, 0.7, 0.1, -0.4, 5];
    const inner = P.slice(0, 9).concat([0.3, 0.3, 0.4]);
    const inputs = { probabilities: probabilities(inner), labels: tensor1d(LABELS, "int32") };
    const [gradient] = runKernel(
      TRAINER_KERNELS.classSumsGradient,
      { ...inputs, slopes: tensor1d(slopes) },
      { logarithm },
    );
    const found = await gradient.data();
    const step = 1e-3;
    const loss = async (index: number, by: number) => {
      const sums = await sumsOf(
        inner.map((p, i) => (i === index ? p + by : p)),
        logarithm,
      );
      return slopes.slice(0, 6).reduce((total, slope, i) => total + slope * sums[i], 0);
    };
    for (const index of inner.keys()) {
      const measured = ((await loss(index, step)) - (await loss(index, -step))) / (2 * step);
      expect(Math.abs(found[index] - measured)).toBeLessThan(2e-3 * Math.max(1, Math.abs(measured)));
    }
  },
);

test("Adam goes the way of tfjs's, and leaves what it started from as it was", async () => {
  const length = 50;
  const normal = (stream: number, scale: number) => {
    const values = new Float32Array(length);
    fillNormal(values, 3, stream);
    return tensor1d(values.map((value) => value * scale));
  };
  const start = normal(0, 1);
  const theirs = variable(start);
  const optimizer = new AdamOptimizer(1e-2, 0.9, 0.999, 1e-8);
  const zeros = tensor1d(new Float32Array(length));
  let ours: AdamTensors = { steps: 0, weights: start, first: zeros, second: zeros.clone() };
  for (let step = 1; step <= 5; step++) {
    const gradient = normal(step, 10 ** -step);
    optimizer.applyGradients([{ name: theirs.name, tensor: gradient }]);
    ours = adamStep(ours, gradient, 1e-2);
  }
  const [found, expected] = [await ours.weights.data(), await theirs.data()];
  // tfjs computes 1 − β₂ in f32, five digits of it.
  for (const index of found.keys()) expect(found[index]).toBeCloseTo(expected[index], 5);
  expect(ours.steps).toBe(5);
  expect([...(await zeros.data())]).toEqual(new Array(length).fill(0));
  expect(Math.abs(found[0] - (await start.data())[0])).toBeGreaterThan(1e-3);
});
