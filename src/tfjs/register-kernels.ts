import {
  getKernel,
  type NamedAttrMap,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { LOSS_KERNELS, type LossKernelSet } from "./loss-kernels";
import { KERNELS, type NetworkKernelSet } from "./network-kernels";

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

/** The same for the kernels of losses. */
export function registerLossKernels<Backend>(backendName: string, set: LossKernelSet<Backend>): void {
  registerAll(backendName, LOSS_KERNELS, set);
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
