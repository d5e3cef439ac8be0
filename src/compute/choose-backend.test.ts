import { describe, expect, it } from "vitest";
import { createBackends } from "./choose-backend";

/** A GPU that counts how often it is asked, and has no adapter. */
function emptyGpu() {
  const asked = { times: 0 };
  const gpu = {
    async requestAdapter() {
      asked.times++;
      return null;
    },
  } as unknown as GPU;
  return { gpu, asked };
}

describe("choice of the backend", () => {
  it("takes WebAssembly where there is no GPU, and says why", async () => {
    const { gpu, asked } = emptyGpu();
    const backends = await createBackends({ gpu, threads: 2 });
    const { chosen, reports } = await backends.status();
    expect(chosen).toBe("wasm");
    expect(reports.map(({ id, usable }) => [id, usable])).toEqual([
      ["webgpu", false],
      ["wasm", true],
      ["reference", true],
    ]);
    expect(reports[0].note).toBe("WebGPU found no graphics adapter on this machine.");
    expect(reports[1].description).toBe("WebAssembly SIMD, 2 threads");
    expect(reports[1].selfTestError).toBeLessThan(1e-5);
    expect((await backends.get("auto")).id).toBe("wasm");
    expect(await backends.status()).toEqual({ chosen, reports });
    expect(asked.times).toBe(1);
    backends.dispose();
  });

  it("does not touch the GPU when another backend is asked for", async () => {
    const { gpu, asked } = emptyGpu();
    const backends = await createBackends({ gpu, threads: 1 });
    expect((await backends.get("wasm")).description).toBe("WebAssembly SIMD, 1 thread");
    expect(asked.times).toBe(0);
    backends.dispose();
  });

  it("rejects a backend that is not there with one sentence", async () => {
    const backends = await createBackends({ gpu: null, threads: 1 });
    await expect(backends.get("webgpu")).rejects.toMatchObject({
      tag: "backend-unavailable",
      message: "This machine or browser has no WebGPU.",
    });
    backends.dispose();
  });
});
