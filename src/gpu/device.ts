import { ComputeError } from "../core/errors";

/** A device with as much as its adapter gives, and what there is to say about it. One worker owns it. */
export interface GpuDevice {
  readonly device: GPUDevice;
  readonly adapterInfo: GPUAdapterInfo;
  /** For the status bar: "NVIDIA H100 (WebGPU)". */
  readonly description: string;
  /** SwiftShader, llvmpipe and the like: right, and slower than WebAssembly. */
  readonly isSoftware: boolean;
  /** Resolves with the reason when the device is lost or destroyed; never rejects. */
  readonly lost: Promise<GPUDeviceLostInfo>;
}

const WANTED_FEATURES: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];

const RAISED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupsPerDimension",
] as const;

const SOFTWARE_NAMES = /swiftshader|llvmpipe|lavapipe|basic render/i;

/** Vendors as browsers write them, and as they write themselves. */
const VENDORS: Readonly<Record<string, string>> = {
  nvidia: "NVIDIA",
  amd: "AMD",
  intel: "Intel",
  apple: "Apple",
  qualcomm: "Qualcomm",
  arm: "ARM",
};

/** Returns the adapter's name: the device's own where the browser tells it, else vendor and architecture. */
export function adapterName(
  info: Pick<GPUAdapterInfo, "vendor" | "architecture" | "device" | "description">,
): string {
  const tellsModel = /[g-z]/i.test(info.device.replace(/^0x/, ""));
  if (tellsModel) return info.device;
  const family = [VENDORS[info.vendor] ?? info.vendor, info.architecture].filter(Boolean).join(" ");
  return info.description || family || "unknown adapter";
}

/**
 * Asks for the fastest adapter and a device with its full limits. Throws ComputeError "backend-unavailable" where there is
 * no adapter (a browser without WebGPU support for this machine) or it gives no device.
 */
export async function openGpuDevice(gpu: GPU): Promise<GpuDevice> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter)
    throw new ComputeError("backend-unavailable", "WebGPU found no graphics adapter on this machine.");
  const { info } = adapter;
  const requiredLimits = Object.fromEntries(RAISED_LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = WANTED_FEATURES.filter((feature) => adapter.features.has(feature));
  try {
    const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
    const names = [info.vendor, info.architecture, info.device, info.description].join(" ");
    const isSoftware = info.isFallbackAdapter || SOFTWARE_NAMES.test(names);
    const description = `${isSoftware ? softwareName(names) : adapterName(info)} (WebGPU)`;
    return { device, adapterInfo: info, description, isSoftware, lost: device.lost };
  } catch (error) {
    const sentence = `The graphics adapter "${adapterName(info)}" gave no WebGPU device.`;
    throw new ComputeError("backend-unavailable", sentence, {}, error);
  }
}

const softwareName = (names: string) =>
  /swiftshader/i.test(names)
    ? "SwiftShader, software"
    : `${SOFTWARE_NAMES.exec(names)?.[0] ?? "adapter"}, software`;
