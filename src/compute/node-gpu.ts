import { existsSync } from "node:fs";

/** SwiftShader as Debian's Chromium brings it: a software adapter, for machines without a GPU. */
const SWIFTSHADER_DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";
const SWIFTSHADER_LOADER = "/usr/lib/chromium/libvulkan.so.1";

const DRIVER_FOLDERS = ["/etc/vulkan/icd.d", "/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];

/** RTLD_NOW, RTLD_GLOBAL and RTLD_NODELETE of Linux's <dlfcn.h>: Node has no name for the last. */
const KEEP_LOADED = 0x2 | 0x100 | 0x1000;

/** Matrices of subgroups, and half precision where the driver has it. */
const DAWN_OPTIONS = ["enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia"];

/**
 * Returns Node's WebGPU (Dawn, npm package `webgpu`), or null where it has no adapter. A Vulkan driver named in the environment
 * or installed is preferred; without one it is SwiftShader of Debian's Chromium. Destroy its devices in the end, or the
 * process does not exit.
 */
export async function openNodeGpu(): Promise<GPU | null> {
  if (process.platform !== "linux") return create();
  const named = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  const hasDriver = Boolean(named) || DRIVER_FOLDERS.some((folder) => existsSync(folder));
  const gpu = hasDriver ? await create() : null;
  if (gpu || named || !existsSync(SWIFTSHADER_DRIVER)) return gpu;
  process.env.VK_DRIVER_FILES = SWIFTSHADER_DRIVER;
  process.env.VK_ICD_FILENAMES = SWIFTSHADER_DRIVER;
  loadVulkanLoader();
  return create();
}

/**
 * Dawn opens "libvulkan.so.1" by name, and the system may have none; a library that is loaded already answers to its name.
 * Node loads it and then complains that it is no module of its own, as expected.
 */
function loadVulkanLoader(): void {
  try {
    process.dlopen({ exports: {} }, SWIFTSHADER_LOADER, KEEP_LOADED);
  } catch {}
}

/** Dawn ends with its object, whatever devices it has: a collected one takes the process along. */
const kept: GPU[] = [];

async function create(): Promise<GPU | null> {
  try {
    const dawn = await import("webgpu");
    Object.assign(globalThis, dawn.globals);
    const gpu = dawn.create(DAWN_OPTIONS);
    if (!(await gpu.requestAdapter())) return null;
    kept.push(gpu);
    return gpu;
  } catch {
    return null;
  }
}
