import {
  getKernel,
  type NamedAttrMap,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { KERNELS, type NetworkKernelSet } from "./network-kernels";
import { TRAINER_KERNELS, type TrainerKernelSet } from "./trainer-kernels";

/** The convolution of two inputs: tfjs asks the gradient of a kernel for all the inputs that it names. */
export const JOINED_CONV3D = "NetworkJoinedConv3d";

type Kernel = (backend: unknown, inputs: unknown, attributes: NamedAttrMap) => TensorInfo[];

/**
 * Makes a set of kernels those that tfjs runs on its backend of this name under the names of KERNELS; those of a set that
 * was registered before are replaced, as after a restart on another device.
 */
export function registerKernelSet<Backend>(backendName: string, set: NetworkKernelSet<Backend>): void {
  registerAll(backendName, KERNELS, set);
  registerAll(backendName, { conv3d: JOINED_CONV3D }, set);
}

/** The same for the kernels of a trainer beside the network's. */
export function registerTrainerKernels<Backend>(backendName: string, set: TrainerKernelSet<Backend>): void {
  registerAll(backendName, TRAINER_KERNELS, set);
}

function registerAll(
  backendName: string,
  names: Readonly<Record<string, string>>,
  set: Readonly<Record<string, unknown>>,
): void {
  for (const [name, kernelName] of Object.entries(names)) {
    const kernel = set[name] as Kernel;
    if (getKernel(kernelName, backendName)) unregisterKernel(kernelName, backendName);
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, backend, attrs }) => kernel(backend, inputs, attrs ?? {}),
    });
  }
}
