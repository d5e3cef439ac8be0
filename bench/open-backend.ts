import { type Backends, createBackends } from "../src/compute/choose-backend";
import { openNodeGpu } from "../src/compute/node-gpu";
import type { Backend, BackendId } from "../src/core/backend";

/** As many as continuous integration has, and the peer gets. */
export const THREADS = 2;

interface OpenedBackend {
  readonly backend: Backend;
  /** Computes so slowly (plain TypeScript, a GPU in software) that one small run must do. */
  readonly slow: boolean;
  readonly backends: Backends;
}

const IDS: readonly string[] = ["wasm", "webgpu", "reference"] satisfies BackendId[];
const isBackendId = (name: string): name is BackendId => IDS.includes(name);

/** Opens the backend named after its self-test. Throws one sentence for a name or backend that is not there. */
export async function openBackend(name = "wasm"): Promise<OpenedBackend> {
  if (!isBackendId(name)) throw new Error(`There is no backend "${name}": take ${IDS.join(", ")}.`);
  const gpu = name === "webgpu" ? await openNodeGpu() : null;
  const backends = await createBackends({ gpu, threads: THREADS });
  const backend = await backends.get(name);
  const { reports } = await backends.status();
  const software = reports.find(({ id }) => id === name)?.software ?? false;
  return { backend, slow: software || name === "reference", backends };
}
