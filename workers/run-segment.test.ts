import { setFlagsFromString } from "node:v8";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FinishedFiles, RunRequests, RunResult } from "../src/contracts/compute";
import { AbortError } from "../src/core/errors";
import type { Model } from "../src/core/nn/model";
import type { SegmentPreview } from "../src/core/operations/results";
import { type Shape3, wholeBox } from "../src/core/volume/shape";
import { createMrcSink } from "../src/io/mrc/mrc-writer";
import { createBlobSink } from "../src/io/source/blob-sink";
import { blobSource } from "../src/io/source/blob-source";
import { openVolume } from "../src/io/volume/open-volume";
import { networkTile } from "../src/testing/cases/network-cases";
import { loadStarterModel } from "../src/testing/golden-network";
import { backendOf } from "../src/testing/segment-in-memory";
import { createWasmNetwork } from "../src/wasm/network/wasm-network";
import { type RunTools, runOperation } from "./run-operation";

const SHAPE: Shape3 = [60, 14, 17];

type Network = Awaited<ReturnType<typeof createWasmNetwork>>;
let model: Model;
let network: Network;
beforeAll(async () => {
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  model = await loadStarterModel();
  network = await createWasmNetwork(model, { threads: 2 });
});
afterAll(() => network.dispose());

async function tomogram() {
  const bytes = createBlobSink();
  const voxelSizeAngstrom = { x: 10, y: 10, z: 10 };
  const spec = {
    role: "tomogram",
    name: "a.mrc",
    shape: SHAPE,
    dtype: "float32",
    voxelSizeAngstrom,
  } as const;
  const sink = createMrcSink(spec, bytes);
  await sink.write(networkTile(SHAPE));
  await sink.close();
  return { name: "a.mrc", blob: bytes.blob() };
}

/** Runs a segmentation; with `stopAfter`, until so many sections are finished. */
function run(inputs: RunRequests["segment"], params: object, stopAfter = Number.POSITIVE_INFINITY) {
  const previews: (SegmentPreview & { finished?: FinishedFiles })[] = [];
  const tools = {
    backend: backendOf(network, 1e9),
    loadModel: async () => model,
    signal: new AbortController().signal,
    onProgress: ({ preview }: { preview?: unknown }) => {
      if (preview) previews.push(preview as SegmentPreview);
    },
    async breathe() {
      if ((previews.findLast(({ finished }) => finished)?.finished?.sections ?? 0) >= stopAfter)
        throw new AbortError();
    },
  } as unknown as RunTools;
  const result: Promise<RunResult<"segment">> = runOperation("segment", inputs, { ...params }, tools);
  return { result, previews };
}

const voxels = async (blob: Blob) => {
  const volume = await openVolume(blobSource(blob, "a.mrc"), { strict: true });
  return volume.readBox(wholeBox(volume.meta.shape));
};

test("what is finished is at hand as files when a run is stopped, and a run goes on from them", async () => {
  const volume = await tomogram();
  const params = { classProbabilities: true };
  const whole = await run({ volume, model: "starter" }, params).result;
  const stopped = run({ volume, model: "starter" }, params, 16);
  await expect(stopped.result).rejects.toThrow(AbortError);
  const finished = stopped.previews.findLast((preview) => preview.finished)?.finished as FinishedFiles;
  expect(finished.sections).toBeGreaterThanOrEqual(16);
  expect(finished.sections).toBeLessThan(60);
  expect(finished.params).toMatchObject({ classProbabilities: true, saveScore: true });
  expect(finished.volumes.map(({ name }) => name)).toEqual(whole.volumes.map(({ name }) => name));

  const area = SHAPE[1] * SHAPE[2];
  for (const [i, { blob }] of finished.volumes.entries()) {
    const expected = await voxels(whole.volumes[i].blob);
    expected.fill(0, finished.sections * area);
    expect(await voxels(blob)).toEqual(expected);
  }

  const rest = run({ volume, model: "starter", finished }, finished.params);
  const { volumes, output } = await rest.result;
  expect(output.voxelsPerClass).toEqual(whole.output.voxelsPerClass);
  for (const [i, { blob }] of volumes.entries())
    expect(await voxels(blob)).toEqual(await voxels(whole.volumes[i].blob));
  // The labels appear again, section by section.
  const again = rest.previews.flatMap(({ piece }) => piece ?? []).filter(({ z0 }) => z0 < finished.sections);
  expect(new Set(again.map(({ z0 }) => z0)).size).toBe(finished.sections);
});
