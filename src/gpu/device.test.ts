import { describe, expect, it } from "vitest";
import { adapterName, openGpuDevice } from "./device";

const info = (vendor: string, architecture: string, device = "", description = "") => ({
  vendor,
  architecture,
  device,
  description,
});

/** An adapter that records what is asked of it. */
function fakeGpu(names: ReturnType<typeof info>, features: readonly string[] = []) {
  const requests: GPUDeviceDescriptor[] = [];
  const adapter = {
    info: { ...names, isFallbackAdapter: false },
    features: new Set(features),
    limits: { maxBufferSize: 4e9, maxComputeWorkgroupStorageSize: 49_152 },
    async requestDevice(request: GPUDeviceDescriptor) {
      requests.push(request);
      return { lost: new Promise(() => {}) };
    },
  };
  return { gpu: { requestAdapter: async () => adapter } as unknown as GPU, requests };
}

describe("GPU device", () => {
  it.each([
    [info("nvidia", "lovelace"), "NVIDIA lovelace"],
    [info("nvidia", "hopper", "NVIDIA H100 80GB HBM3", "550.54"), "NVIDIA H100 80GB HBM3"],
    [info("apple", "metal-3", "", "Apple M3 Pro"), "Apple M3 Pro"],
    [info("intel", "xe-2hpg", "0xe20b"), "Intel xe-2hpg"],
    [info("", ""), "unknown adapter"],
  ])("names an adapter as its user knows it: %o", (names, expected) => {
    expect(adapterName(names)).toBe(expected);
  });

  it("asks for the adapter's limits and the features it has", async () => {
    const { gpu, requests } = fakeGpu(info("amd", "rdna-3"), ["shader-f16", "depth-clip-control"]);
    const device = await openGpuDevice(gpu);
    expect(device).toMatchObject({ description: "AMD rdna-3 (WebGPU)", isSoftware: false });
    expect(requests[0].requiredFeatures).toEqual(["shader-f16"]);
    expect(requests[0].requiredLimits).toMatchObject({
      maxBufferSize: 4e9,
      maxComputeWorkgroupStorageSize: 49_152,
    });
  });

  it("recognises software adapters by their names", async () => {
    for (const name of ["SwiftShader Device (Subzero)", "llvmpipe (LLVM 15.0.6, 256 bits)"]) {
      const { description, isSoftware } = await openGpuDevice(fakeGpu(info("google", "", name)).gpu);
      expect(isSoftware).toBe(true);
      expect(description).toMatch(/, software \(WebGPU\)$/);
    }
  });

  it("says so where there is no adapter", async () => {
    const gpu = { requestAdapter: async () => null } as unknown as GPU;
    await expect(openGpuDevice(gpu)).rejects.toMatchObject({ tag: "backend-unavailable" });
  });
});
