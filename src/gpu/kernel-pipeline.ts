import { ComputeError } from "../core/errors";

type Constants = Readonly<Record<string, number>>;

interface Compiled {
  readonly ready: Map<string, GPUComputePipeline>;
  readonly pending: Map<string, Promise<GPUComputePipeline>>;
}

const devices = new WeakMap<GPUDevice, Compiled>();

function compiledFor(device: GPUDevice): Compiled {
  const compiled = devices.get(device) ?? { ready: new Map(), pending: new Map() };
  devices.set(device, compiled);
  return compiled;
}

const keyOf = (label: string, constants: Constants) => `${label} ${JSON.stringify(constants)}`;

/**
 * Returns the pipeline of a module's `main`; each is compiled once per device. Throws ComputeError "backend-failed" with what
 * the compiler says, warnings included: our modules compile without any.
 */
export function kernelPipeline(
  device: GPUDevice,
  label: string,
  code: string,
  constants: Constants,
): Promise<GPUComputePipeline> {
  const { ready, pending } = compiledFor(device);
  const key = keyOf(label, constants);
  const known = pending.get(key);
  if (known) return known;
  const pipeline = compile(device, label, code, constants);
  pending.set(key, pipeline);
  pipeline.then(
    (result) => ready.set(key, result),
    () => pending.delete(key),
  );
  return pipeline;
}

/** The same at once, for callers that cannot wait: blocks while it compiles, and the device reports what is wrong later. */
export function kernelPipelineNow(
  device: GPUDevice,
  label: string,
  code: string,
  constants: Constants,
): GPUComputePipeline {
  const { ready } = compiledFor(device);
  const key = keyOf(label, constants);
  const known = ready.get(key);
  if (known) return known;
  const module = device.createShaderModule({ label, code });
  const pipeline = device.createComputePipeline({ label, layout: "auto", compute: { module, constants } });
  ready.set(key, pipeline);
  return pipeline;
}

async function compile(device: GPUDevice, label: string, code: string, constants: Constants) {
  const module = device.createShaderModule({ label, code });
  const { messages } = await module.getCompilationInfo();
  if (messages.length > 0) {
    const [{ lineNum, message }] = messages;
    const sentence = `The GPU kernel ${label} does not compile (line ${lineNum}): ${message}`;
    throw new ComputeError("backend-failed", sentence);
  }
  try {
    return await device.createComputePipelineAsync({ label, layout: "auto", compute: { module, constants } });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ComputeError("backend-failed", `The GPU kernel ${label} cannot be built: ${reason}`, {}, error);
  }
}

/** Returns the largest divisor of `quads` (at most 8) that `fits`: how many vec4 of channels a workgroup makes. */
export function channelQuadsPerWorkgroup(quads: number, fits: (quads: number) => boolean): number {
  for (let count = Math.min(8, quads); count > 1; count--)
    if (quads % count === 0 && fits(count)) return count;
  return 1;
}

/** Returns a bind group of buffers or parts of them, binding 0 first. */
export function bindBuffers(
  device: GPUDevice,
  pipeline: GPUComputePipeline,
  buffers: readonly (GPUBuffer | GPUBufferBinding)[],
): GPUBindGroup {
  return device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((part, binding) => ({
      binding,
      resource: "buffer" in part ? part : { buffer: part },
    })),
  });
}
