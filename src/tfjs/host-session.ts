import "@tensorflow/tfjs-backend-cpu";
import { env, getBackend, setBackend } from "@tensorflow/tfjs-core";
import type { NetworkKernelSet } from "./network-kernels";
import { registerGradients } from "./network-operations";
import type { HostBackend } from "./reference-kernels";
import { registerKernelSet, registerTrainerKernels } from "./register-kernels";
import type { TfjsSession } from "./tfjs-session";
import { HOST_TRAINER_KERNELS } from "./trainer-kernels";

const BACKEND = "cpu";

let registered: NetworkKernelSet<HostBackend> | null = null;

/** Returns tfjs on its "cpu" backend, which holds tensors as arrays, with a set of kernels for it. */
export function createHostSession(set: NetworkKernelSet<HostBackend>, dispose: () => void): TfjsSession {
  // In Node it advertises another of its backends.
  env().set("PROD", true);
  registerTrainerKernels(BACKEND, HOST_TRAINER_KERNELS);
  registerGradients();
  return {
    activate() {
      // A backend that starts at once is set when the call returns.
      if (getBackend() !== BACKEND) void setBackend(BACKEND);
      if (registered !== set) registerKernelSet(BACKEND, set);
      registered = set;
    },
    keepUp: async () => {},
    guard: (_, work) => work(),
    dispose() {
      if (registered === set) registered = null;
      dispose();
    },
  };
}
