import { ComputeError } from "../core/errors";

const SCOPES = ["validation", "internal", "out-of-memory"] as const;

/**
 * Runs `work` and throws what the device found wrong in it: "out-of-memory" where a buffer did not fit, "backend-failed"
 * for anything else. WebGPU reports such errors later and computes on with zeros, so everything that allocates or submits
 * runs in here. `doing` completes the sentence "The GPU failed while …".
 */
export async function withErrorScopes<Result>(
  device: GPUDevice,
  doing: string,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  for (const scope of SCOPES) device.pushErrorScope(scope);
  let outcome: { readonly result: Result } | { readonly thrown: unknown };
  try {
    outcome = { result: await work() };
  } catch (thrown) {
    outcome = { thrown };
  }
  const found = await Promise.all(SCOPES.map(() => device.popErrorScope()));
  const [outOfMemory, internal, validation] = found;
  if (outOfMemory) {
    const sentence = `The GPU ran out of memory while ${doing}.`;
    throw new ComputeError("out-of-memory", sentence, {}, outOfMemory.message);
  }
  if ("thrown" in outcome) throw outcome.thrown;
  const fault = validation ?? internal;
  if (fault) throw new ComputeError("backend-failed", `The GPU failed while ${doing}: ${fault.message}`);
  return outcome.result;
}
