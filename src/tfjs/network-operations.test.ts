import {
  customGrad,
  mul,
  type Scalar,
  sum,
  type Tensor,
  tensor,
  train,
  type Variable,
  variable,
  variableGrads,
} from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import type { Tensor as PlainTensor } from "../core/nn/model";
import { KERNEL_CASES, type KernelCase, referenceResults } from "../testing/cases/gradient-cases";
import { createHostSession } from "./host-session";
import { KERNELS } from "./network-kernels";
import { runKernel } from "./network-operations";
import { REFERENCE_KERNELS } from "./reference-kernels";
import { JOINED_CONV3D } from "./register-kernels";

beforeAll(() => createHostSession(REFERENCE_KERNELS, () => {}).activate());

/** One of each kernel, and of the convolutions a first layer's and that of two inputs. */
const CASES = [0, 2, 9, 11, 13].map((index) => KERNEL_CASES[index]);
const nameOf = ({ kernel, inputs }: KernelCase) => (inputs.b ? JOINED_CONV3D : KERNELS[kernel]);
const upload = ({ shape, values }: PlainTensor): Variable => variable(tensor(values, [...shape]));

function prepared(kernelCase: KernelCase) {
  const inputs = Object.fromEntries(
    Object.entries(kernelCase.inputs).map(([name, value]) => [name, upload(value)]),
  );
  const dy = tensor(kernelCase.dy.values, [...kernelCase.dy.shape]);
  const { wantsInput } = kernelCase;
  // tfjs knows no gradient of its own kernels unless all of them are loaded.
  const dot = customGrad((y) => ({ value: sum<Scalar>(mul(y as Tensor, dy)), gradFunc: () => dy }));
  const loss = () => dot(runKernel(nameOf(kernelCase), inputs, { wantsInput })[0]) as Scalar;
  const wanted = Object.entries(inputs).filter(([name]) => wantsInput || name !== "a");
  return { loss, variables: wanted.map(([, each]) => each) };
}

test.each(CASES)("tfjs's autograd finds the gradients of $name", async (kernelCase) => {
  const { loss, variables } = prepared(kernelCase);
  const { grads } = variableGrads(loss, variables);
  const { gradients } = await referenceResults(kernelCase);
  const textOf = (values: ArrayLike<number>) => Array.from(values).join();
  const found = variables.map(({ name }) => textOf(grads[name].dataSync()));
  expect(found.sort()).toEqual(gradients.map(({ values }) => textOf(values)).sort());
});

test("tfjs's optimizers go down the slope", () => {
  const { loss, variables } = prepared(KERNEL_CASES[2]);
  const before = loss().dataSync()[0];
  const optimizer = train.adam(0.01);
  for (let step = 0; step < 3; step++) optimizer.minimize(loss, false, variables);
  expect(loss().dataSync()[0]).toBeLessThan(before - 1);
});
