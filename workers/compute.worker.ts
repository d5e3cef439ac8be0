import { createBackends } from "../src/compute/choose-backend";
import { createComputeService } from "./compute-service";
import { exposeService } from "./expose-service";
import { createModelLoader } from "./fetch-model";

/** Threads share memory, which only a cross-origin isolated page may do. */
const threads = self.crossOriginIsolated ? navigator.hardwareConcurrency : 1;

exposeService(
  createComputeService({
    openBackends: () => createBackends({ gpu: navigator.gpu ?? null, threads }),
    loadModel: createModelLoader(new URL(import.meta.env.BASE_URL, self.location.origin)),
  }),
);
