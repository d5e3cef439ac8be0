import { ComputeError } from "../core/errors";

/** A device with as much as its adapter gives, and what there is to say about it. One worker owns it. */
export interface GpuDevice {
  readonly device: GPUDevice;
  readonly adapterInfo: GPUAdapterInfo;
  /** For the status bar: "NVIDIA H100 (WebGPU)". */
  readonly description: string;
  /** SwiftShader, llvmpipe and the like: right, and slower than WebAssembly. */
  readonly isSoftware: boolean;
  /** Whether it multiplies matrices of 16×16 in f16 with sums in f32, by subgroups of 32 threads. */
  readonly hasSubgroupMatrices: boolean;
  /** Resolves with the reason when the device is lost or destroyed; never rejects. */
  readonly lost: Promise<GPUDeviceLostInfo>;
}

/** Browsers offer it behind a flag while its specification is a draft. */
const SUBGROUP_MATRIX = "chromium-experimental-subgroup-matrix" as GPUFeatureName;

const WANTED_FEATURES: readonly GPUFeatureName[] = [
  "shader-f16",
  "subgroups",
  "timestamp-query",
  SUBGROUP_MATRIX,
];

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

interface SubgroupMatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** What the draft adds to an adapter's description. */
type MatrixInfo = GPUAdapterInfo & { readonly subgroupMatrixConfigs?: Iterable<SubgroupMatrixConfig> };

function hasMatrices({ features, info }: GPUAdapter): boolean {
  if (!features.has(SUBGROUP_MATRIX) || !features.has("shader-f16")) return false;
  const { subgroupMatrixConfigs = [], subgroupMinSize, subgroupMaxSize } = info as MatrixInfo;
  const isOurs = (config: SubgroupMatrixConfig) =>
    config.componentType === "f16" &&
    config.resultComponentType === "f32" &&
    [config.M, config.N, config.K].every((side) => side === 16);
  return subgroupMinSize === 32 && subgroupMaxSize === 32 && [...subgroupMatrixConfigs].some(isOurs);
}

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
    const hasSubgroupMatrices = hasMatrices(adapter);
    return { device, adapterInfo: info, description, isSoftware, hasSubgroupMatrices, lost: device.lost };
  } catch (error) {
    const sentence = `The graphics adapter "${adapterName(info)}" gave no WebGPU device.`;
    throw new ComputeError("backend-unavailable", sentence, {}, error);
  }
}

const softwareName = (names: string) =>
  /swiftshader/i.test(names)
    ? "SwiftShader, software"
    : `${SOFTWARE_NAMES.exec(names)?.[0] ?? "adapter"}, software`;
