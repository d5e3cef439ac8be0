import { afterAll, describe, expect, it } from "vitest";
import type { NetworkExecutor } from "../../core/backend";
import { createReferenceNetwork } from "../../core/nn/reference-executor";
import { type Shape3, wholeBox } from "../../core/volume/shape";
import { NETWORK_CASES, type NetworkCase, networkTile, predictCase } from "../../testing/cases/network-cases";
import {
  GOLDEN_TOLERANCE,
  largestDifference,
  loadGoldenNetwork,
  loadStarterModel,
} from "../../testing/golden-network";
import { testGpu } from "../../testing/node-webgpu";
import type { GpuDevice } from "../device";
import { createWebGpuNetwork } from "./webgpu-executor";

/** f32 against the reference's f64 sums, 15 layers deep; probabilities. */
const TOLERANCE = 2e-5;

const free = async () => {};

const labelCase = (network: NetworkExecutor, { shape, core }: NetworkCase) =>
  network.label(networkTile(shape), shape, core, free);

describe.skipIf(!testGpu)("network on the GPU", () => {
  const gpu = testGpu as GpuDevice;
  afterAll(() => gpu?.device.destroy());

  it("equals the reference on the cases of every backend", async () => {
    const model = await loadStarterModel();
    const network = await createWebGpuNetwork(gpu, model);
    const reference = createReferenceNetwork(model);
    for (const test of NETWORK_CASES) {
      const found = await predictCase(network, test);
      const difference = largestDifference(found, await predictCase(reference, test));
      expect(difference, test.name).toBeLessThan(TOLERANCE);
    }
    network.dispose();
  });

  it("labels as the reference, two tiles at once", async () => {
    const model = await loadStarterModel();
    const network = await createWebGpuNetwork(gpu, model, { labelType: "f32" });
    const reference = createReferenceNetwork(model);
    const cases = NETWORK_CASES.slice(2);
    const found = await Promise.all(cases.map((test) => labelCase(network, test)));
    for (const [i, test] of cases.entries()) {
      const { labels, scores } = await labelCase(reference, test);
      expect(found[i].labels, test.name).toEqual(labels);
      expect(largestDifference(found[i].scores, scores), test.name).toBeLessThanOrEqual(1);
    }
    network.dispose();
  });

  it("stays usable after a cancel, and reports how far it is", async () => {
    const network = await createWebGpuNetwork(gpu, await loadStarterModel());
    const small: Shape3 = [8, 8, 8];
    const part = networkTile(small);
    const fractions: number[] = [];
    const record = async (fraction: number) => void fractions.push(fraction);
    const first = await network.predict(part, small, wholeBox(small), record);
    expect(fractions.length).toBeGreaterThan(0);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    const cancel = async () => {
      throw new Error("cancelled");
    };
    await expect(network.predict(part, small, wholeBox(small), cancel)).rejects.toThrow("cancelled");
    expect(await network.predict(part, small, wholeBox(small), free)).toEqual(first);
    network.dispose();
  });

  it("says what a tile needs", async () => {
    const network = await createWebGpuNetwork(gpu, await loadStarterModel());
    const cube = (side: number): Shape3 => [side, side, side];
    const bytes = network.predictBytes(cube(64), wholeBox(cube(64)));
    // 48 + 32 + 32 channels at the widest point, the coarser layers, the tile and 6 classes.
    expect(bytes / 64 ** 3 / 4).toBeGreaterThan(112);
    expect(bytes / 64 ** 3 / 4).toBeLessThan(132);
    network.dispose();
  });

  it("matches PyTorch's golden pair in a corner of the block", async () => {
    const network = await createWebGpuNetwork(gpu, await loadStarterModel());
    const { shape: whole, x, probabilities } = await loadGoldenNetwork();
    // Nearly all of the block reaches the core through the coarse layers; the fine ones, slow without a GPU, stay small.
    const core = { z0: 28, y0: 36, x0: 20, z1: 44, y1: 52, x1: 36 };
    const found = await network.predict(x, whole, core, free);
    const expected = found.map((_, i) => {
      const [c, voxel] = [i % 6, Math.floor(i / 6)];
      const [z, y, x] = [voxel >> 8, (voxel >> 4) & 15, voxel & 15];
      return probabilities[(((z + core.z0) * whole[1] + y + core.y0) * whole[2] + x + core.x0) * 6 + c];
    });
    expect(largestDifference(found, expected)).toBeLessThan(GOLDEN_TOLERANCE);
    network.dispose();
  });
});
