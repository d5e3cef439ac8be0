import { createBackends } from "../src/compute/choose-backend";
import { createComputeService } from "./compute-service";
import { exposeService } from "./expose-service";
import { createModelLoader } from "./fetch-model";
import { createStructureLoader } from "./fetch-structure";

/** Threads share memory, which only a cross-origin isolated page may do. */
/** Where there are more than two cores, one stays with the page. */
const cores = navigator.hardwareConcurrency;
const threads = self.crossOriginIsolated ? Math.max(Math.min(cores, 2), cores - 1) : 1;

const base = new URL(import.meta.env.BASE_URL, self.location.origin);

exposeService(
  createComputeService({
    openBackends: () => createBackends({ gpu: navigator.gpu ?? null, threads }),
    loadModel: createModelLoader(base),
    loadStructure: createStructureLoader(base),
  }),
);
