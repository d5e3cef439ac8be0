import { getKernel, type NamedAttrMap, registerKernel, unregisterKernel } from "@tensorflow/tfjs-core";
import { KERNELS, type KernelInputs, type NetworkKernelSet } from "./network-kernels";

type Kernel = (
  backend: unknown,
  inputs: unknown,
  attributes: NamedAttrMap,
) => ReturnType<NetworkKernelSet<unknown>["conv3d"]>;

/**
 * Makes a set of kernels those that tfjs runs on its backend of this name under the names of KERNELS; those of a set that
 * was registered before are replaced, as after a restart on another device.
 */
export function registerKernelSet<Backend>(backendName: string, set: NetworkKernelSet<Backend>): void {
  for (const name of Object.keys(KERNELS) as (keyof KernelInputs)[]) {
    const kernelName = KERNELS[name];
    const kernel = set[name] as Kernel;
    if (getKernel(kernelName, backendName)) unregisterKernel(kernelName, backendName);
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, backend, attrs }) => kernel(backend, inputs, attrs ?? {}),
    });
  }
}
