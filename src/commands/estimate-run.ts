import type { OperationId } from "../contracts/compute";
import type { BackendId } from "../core/backend";
import type { Shape3 } from "../core/volume/shape";
import { planRun } from "./operations";
import type { Workbench } from "./workbench";

/** Paces to begin with, in floating-point operations per second, until a run on this machine has been measured. */
const ASSUMED_FLOPS: Readonly<Record<OperationId, Readonly<Record<BackendId, number>>>> = {
  restore: { webgpu: 2e10, wasm: 1.5e9, reference: 1e8 },
  segment: { webgpu: 2e12, wasm: 5e10, reference: 4e8 },
  // The same code on every backend: reading and grouping labels.
  localize: { webgpu: 1e8, wasm: 1e8, reference: 1e8 },
  distances: { webgpu: 1e8, wasm: 1e8, reference: 1e8 },
  // Sums over spectra, in plain code, take more than the transforms.
  audit: { webgpu: 5e8, wasm: 5e8, reference: 2e8 },
  reconstruct: { webgpu: 5e10, wasm: 5e9, reference: 2e8 },
  "correct-ctf": { webgpu: 1e9, wasm: 1e9, reference: 2e8 },
  density: { webgpu: 1e9, wasm: 1e9, reference: 1e9 },
  simulate: { webgpu: 5e8, wasm: 5e8, reference: 2e8 },
  train: { webgpu: 1e12, wasm: 3e10, reference: 4e8 },
};

export interface RunEstimate {
  readonly seconds: number;
  readonly bytes: number;
  /** Whether the pace was measured on this machine, or is a first guess. */
  readonly measured: boolean;
}

/** Returns what a run with the present parameters will take, or the sentence that says what is wrong with them. */
export function estimateRun(
  workbench: Workbench,
  operation: OperationId,
  volumeShape: Shape3,
): RunEstimate | string {
  const { backend, measuredFlops } = workbench.shell.getState();
  const chosen = backend?.chosen ?? "wasm";
  try {
    const { bytes, flops } = planRun(workbench, operation, volumeShape).estimate;
    const measured = measuredFlops[`${operation}/${chosen}`];
    return {
      seconds: flops / (measured ?? ASSUMED_FLOPS[operation][chosen]),
      bytes,
      measured: measured !== undefined,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
