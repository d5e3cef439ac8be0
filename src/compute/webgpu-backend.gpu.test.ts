import { describe, expect, it } from "vitest";
import { createBackends } from "./choose-backend";
import { openNodeGpu } from "./node-gpu";
import { networkError } from "./self-test";

const gpu = await openNodeGpu();

describe.skipIf(!gpu)("WebGPU as a backend", () => {
  it("is tested on request, never chosen on a software adapter, and opened again when its device is lost", async () => {
    const backends = await createBackends({ gpu, threads: 1 });
    const before = await backends.status();
    const [report] = before.reports;
    expect(report.id).toBe("webgpu");
    expect(report.usable).toBe(true);
    if (report.software) {
      expect(before.chosen).toBe("wasm");
      expect(report.selfTestError).toBeNull();
      expect((await backends.get("auto")).id).toBe("wasm");
    } else expect(before.chosen).toBe("webgpu");

    const backend = await backends.get("webgpu");
    expect(backend.description).toMatch(/\(WebGPU\)$/);
    expect((await backends.status()).reports[0].selfTestError).toBeLessThan(1e-5);

    backend.dispose(); // destroys the device, as a driver that restarts does
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(networkError(backend)).rejects.toThrow();
    const after = (await backends.status()).reports[0];
    expect(after.usable).toBe(true);
    if (after.software) expect(after.selfTestError).toBeNull();
    backends.dispose();
  });
});
