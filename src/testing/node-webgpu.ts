import { openNodeGpu } from "../compute/node-gpu";
import { type GpuDevice, openGpuDevice } from "../gpu/device";

/**
 * The device of a test file, or null where this machine has no adapter: then `describe.skipIf(!testGpu)`. One per process:
 * vitest gives every test file a process of its own.
 */
export const testGpu = await open();

async function open(): Promise<GpuDevice | null> {
  const gpu = await openNodeGpu();
  if (!gpu) {
    console.warn("GPU tests are skipped: no WebGPU adapter (install a Vulkan driver, or Debian's chromium).");
    return null;
  }
  return openGpuDevice(gpu);
}

/**
 * Returns a device of Dawn's null backend, which has every feature, compiles shaders, and computes nothing; null where Dawn is
 * not there.
 */
export async function openNullGpu(): Promise<GpuDevice | null> {
  try {
    const dawn = await import("webgpu");
    Object.assign(globalThis, dawn.globals);
    const gpu = dawn.create(["backend=null", "enable-dawn-features=allow_unsafe_apis"]);
    Object.assign(globalThis, { keepNull: gpu });
    return await openGpuDevice(gpu);
  } catch {
    return null;
  }
}
