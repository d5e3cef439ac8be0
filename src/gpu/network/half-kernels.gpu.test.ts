import { afterAll, describe, expect, it } from "vitest";
import { loadStarterModel } from "../../testing/golden-network";
import { openNullGpu } from "../../testing/node-webgpu";
import { gpuLayers } from "./gpu-layers";
import { createLayerRunners } from "./layer-runners";

/** A device with every feature that compiles and computes nothing: what a software adapter lacks is at least compiled. */
const nullGpu = await openNullGpu();

describe.skipIf(!nullGpu)("kernels of f16 features", () => {
  afterAll(() => nullGpu?.device.destroy());

  it("compile", async () => {
    if (!nullGpu) return;
    expect(nullGpu.device.features.has("shader-f16")).toBe(true);
    const { weights } = await loadStarterModel();
    const spec = { type: "f16", result: "labels" } as const;
    const runners = await createLayerRunners(nullGpu, gpuLayers(6), weights, spec);
    runners.dispose();
  });
});
