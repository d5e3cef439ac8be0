import type { Backend, BackendId, BackendReport, BackendStatus } from "../core/backend";
import { ComputeError } from "../core/errors";
import { type GpuDevice, openGpuDevice } from "../gpu/device";
import { createReferenceBackend } from "./reference-backend";
import { networkError, restoresRight, SELF_TEST_TOLERANCE } from "./self-test";
import { createWasmBackend } from "./wasm-backend";
import { createWebGpuBackend } from "./webgpu-backend";

export interface BackendsOptions {
  /** `navigator.gpu`, or Node's (node-gpu.ts); null where there is none. */
  readonly gpu: GPU | null;
  /** For WebAssembly, the caller's thread included. */
  readonly threads: number;
}

/** The backends of this machine, each made and tested when it is first needed. */
export interface Backends {
  /**
   * Looks at every backend and says which one "auto" is. A software adapter is not tested here, since that takes long and it
   * is never chosen: `get("webgpu")` tests it.
   */
  status(): Promise<BackendStatus>;
  /**
   * Returns a backend that passed its self-test; "auto" is the first of: WebGPU on hardware, WebAssembly, the reference.
   * Throws ComputeError "backend-unavailable" with the reason where it cannot be used.
   */
  get(id: BackendId | "auto"): Promise<Backend>;
  /** Ends them all; networks and kernels made from them are of no more use. */
  dispose(): void;
}

/** What is known of one backend so far. */
interface Candidate {
  readonly backend: Backend | null;
  readonly report: BackendReport;
}

const ORDER: readonly BackendId[] = ["webgpu", "wasm", "reference"];

const NOTES: Readonly<Record<BackendId, string>> = {
  webgpu: "The network, projections, restoration and Fourier transforms run on the GPU.",
  wasm: "Everything runs on the processor.",
  reference: "The specification: slow, for comparison.",
};

/** Opens nothing yet: a caller that asks for WebAssembly alone never touches the GPU. */
export async function createBackends(options: BackendsOptions): Promise<Backends> {
  const opened = new Map<BackendId, Promise<Candidate>>();
  const tested = new Map<BackendId, Promise<Candidate>>();
  const forget = (id: BackendId) => {
    opened.delete(id);
    tested.delete(id);
  };
  const once = (map: typeof opened, id: BackendId, make: () => Promise<Candidate>) => {
    const known = map.get(id) ?? make();
    map.set(id, known);
    return known;
  };

  const make = async (id: BackendId): Promise<Candidate> => {
    if (id === "reference") return candidate(createReferenceBackend());
    if (id === "wasm") return candidate(createWasmBackend(options.threads));
    if (!options.gpu) throw new ComputeError("backend-unavailable", "This machine or browser has no WebGPU.");
    const gpu = await openGpuDevice(options.gpu);
    // A driver that restarts takes its device along; the next job gets a new one.
    gpu.lost.then(() => forget("webgpu"));
    return candidate(
      createWebGpuBackend(gpu, () => get("wasm")),
      gpu,
    );
  };
  const open = (id: BackendId) => once(opened, id, () => make(id).catch((error) => unusable(id, error)));
  const test = (id: BackendId) => once(tested, id, async () => selfTested(await open(id)));

  const get = async (id: BackendId | "auto"): Promise<Backend> => {
    if (id !== "auto") {
      const { backend, report } = await test(id);
      if (!backend) throw new ComputeError("backend-unavailable", report.note, { backend: id });
      return backend;
    }
    for (const candidateId of ORDER) {
      if ((await open(candidateId)).report.software) continue;
      const { backend } = await test(candidateId);
      if (backend) return backend;
    }
    throw new ComputeError("backend-unavailable", "No backend passed its self-test on this machine.");
  };

  return {
    get,
    async status() {
      const reports: BackendReport[] = [];
      for (const id of ORDER) {
        const known = await open(id);
        const { report } = known.report.software ? await (tested.get(id) ?? known) : await test(id);
        reports.push(report);
      }
      const best = reports.find(({ usable, software }) => usable && !software);
      return { chosen: best?.id ?? "reference", reports };
    },
    dispose() {
      for (const candidate of opened.values()) candidate.then(({ backend }) => backend?.dispose());
      opened.clear();
      tested.clear();
    },
  };
}

function candidate(backend: Backend, gpu?: GpuDevice): Candidate {
  const software = gpu?.isSoftware ?? false;
  const note = software
    ? "A software adapter: right, but slower than WebAssembly; used only on request."
    : NOTES[backend.id];
  const { id, description } = backend;
  return { backend, report: { id, description, usable: true, software, note, selfTestError: null } };
}

function unusable(id: BackendId, error: unknown): Candidate {
  const note = error instanceof Error ? error.message : String(error);
  const description = id === "webgpu" ? "WebGPU" : id === "wasm" ? "WebAssembly" : "Reference";
  return {
    backend: null,
    report: { id, description, usable: false, software: false, note, selfTestError: null },
  };
}

/** Runs the self-test of a candidate; one that fails is closed and keeps its report. */
async function selfTested({ backend, report }: Candidate): Promise<Candidate> {
  if (!backend) return { backend, report };
  const failed = (note: string, selfTestError: number | null): Candidate => {
    backend.dispose();
    return { backend: null, report: { ...report, usable: false, note, selfTestError } };
  };
  try {
    const error = await networkError(backend);
    if (!(error < SELF_TEST_TOLERANCE))
      return failed(`Its self-test differs from the stored probabilities by ${error.toPrecision(2)}.`, error);
    if (!(await restoresRight(backend))) return failed("Its self-test does not restore as stored.", error);
    return { backend, report: { ...report, selfTestError: error } };
  } catch (error) {
    return failed(`Its self-test failed: ${error instanceof Error ? error.message : error}`, null);
  }
}
