import {
  engine,
  getGradient,
  type NamedAttrMap,
  type NamedTensorMap,
  registerGradient,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { KERNELS } from "./network-kernels";
import { JOINED_CONV3D } from "./register-kernels";
import { TRAINER_KERNELS } from "./trainer-kernels";

/** What a kernel's gradient needs of its inputs; of its output it is y, except for the sums of losses. */
interface GradientRule {
  readonly kernel: string;
  readonly gradientKernel: string;
  /** The inputs that the gradient kernel takes, by their names. */
  readonly saved: readonly string[];
  readonly savesOutput: boolean;
  /** What the gradient kernel calls the gradient by the output. */
  readonly slope: string;
  /** The inputs that have a gradient, in the order of the gradient kernel's outputs. */
  readonly gradients: readonly string[];
}

const RULES: readonly GradientRule[] = [
  ofNetwork(KERNELS.conv3d, KERNELS.conv3dGradient, ["a", "filter"], ["a", "filter", "bias"]),
  ofNetwork(JOINED_CONV3D, KERNELS.conv3dGradient, ["a", "b", "filter"], ["a", "b", "filter", "bias"]),
  ofNetwork(KERNELS.upconv, KERNELS.upconvGradient, ["x", "filter"], ["x", "filter", "bias"]),
  ofNetwork(KERNELS.maxPool, KERNELS.maxPoolGradient, ["x"], ["x"]),
  ofNetwork(KERNELS.classify, KERNELS.classifyGradient, ["x", "filter"], ["x", "filter", "bias"]),
  {
    kernel: TRAINER_KERNELS.classSums,
    gradientKernel: TRAINER_KERNELS.classSumsGradient,
    saved: ["probabilities", "labels"],
    savesOutput: false,
    slope: "slopes",
    gradients: ["probabilities"],
  },
];

function ofNetwork(
  kernel: string,
  gradientKernel: string,
  saved: readonly string[],
  gradients: readonly string[],
): GradientRule {
  return { kernel, gradientKernel, saved, savesOutput: true, slope: "dy", gradients };
}

/** Tells tfjs's autograd the gradients of our kernels, whatever backend they run on. */
export function registerGradients(): void {
  for (const rule of RULES) if (!getGradient(rule.kernel)) registerRule(rule);
}

function registerRule({ kernel, gradientKernel, saved, savesOutput, slope, gradients }: GradientRule): void {
  registerGradient({
    kernelName: kernel,
    inputsToSave: [...saved],
    outputsToSave: [savesOutput],
    gradFunc(dy, tensors, attributes) {
      const names = [...saved, ...(savesOutput ? ["y"] : []), slope];
      const values = [...tensors, dy as Tensor];
      const inputs = Object.fromEntries(names.map((name, index) => [name, values[index]]));
      const outputs = runKernel(gradientKernel, inputs, attributes);
      const wanted = attributes.wantsInput === false ? gradients.slice(1) : gradients;
      return Object.fromEntries(wanted.map((name, index) => [name, () => outputs[index]]));
    },
  });
}

/** Runs a kernel of ours on tfjs's current backend, on the tape of its autograd where one is open. */
export function runKernel(kernel: string, inputs: NamedTensorMap, attributes: NamedAttrMap = {}): Tensor[] {
  return engine().runKernel(kernel, inputs, attributes);
}
