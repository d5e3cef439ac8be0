import { expect, test } from "vitest";
import { createWasmBackend } from "../src/compute/wasm-backend";
import type { RunPreviews, RunRequests } from "../src/contracts/compute";
import { AbortError, isAbort } from "../src/core/errors";
import type { Progress } from "../src/core/task/task";
import { readModel } from "../src/io/model/read-model";
import { readSafetensors } from "../src/io/safetensors/read-safetensors";
import { readTrainingRecipe } from "../src/io/training-recipe/read-training-recipe";
import { mrcFixture } from "../src/testing/mrc-fixture";
import { createKeptChain } from "./kept-chain";
import { createKeptLabels } from "./kept-labels";
import { createRestoreControl } from "./restore-steering";
import { type RunTools, runOperation } from "./run-operation";

const SIDE = 12;
const inBall = (i: number) =>
  Math.hypot((i % SIDE) - 6, (Math.floor(i / SIDE) % SIDE) - 5, Math.floor(i / SIDE ** 2) - 6) <= 3;
const mrc = (valueAt: (i: number) => number) =>
  new Blob([
    mrcFixture({
      mode: 0,
      fileShape: [SIDE, SIDE, SIDE],
      values: Array.from({ length: SIDE ** 3 }, (_, i) => valueAt(i)),
      header: { cellX: 10 * SIDE, cellY: 10 * SIDE, cellZ: 10 * SIDE },
    }),
  ]);

const REQUEST: RunRequests["train"] = {
  recipe: readTrainingRecipe(
    JSON.stringify({
      name: "tiny",
      classes: [{ name: "background" }, { name: "ball", radiusAngstrom: 30 }],
      voxelSizeAngstrom: 10,
      data: { train: [{ volume: "cell", labels: "truth" }] },
      sampling: { side: 8, jitter: 1 },
      batch: 1,
      steps: 2,
      saveEvery: 0,
    }),
  ),
  files: {
    cell: { name: "cell.mrc", blob: mrc((i) => ((i * 31) % 17) - (inBall(i) ? 40 : 0)) },
    truth: { name: "truth.mrc", blob: mrc((i) => (inBall(i) ? 1 : 0)) },
  },
  recipes: {},
  start: null,
  checkpoint: null,
};

/** Runs in a worker's surroundings; `stopAfter` steps it is cancelled. */
async function run(request: RunRequests["train"], stopAfter = Number.POSITIVE_INFINITY) {
  const previews: RunPreviews["train"][] = [];
  const tools: RunTools = {
    backend: createWasmBackend(1),
    isPageReady: () => true,
    renewBackend: () => Promise.reject(new Error("nothing is lost")),
    loadModel: () => Promise.reject(new Error("training starts from scratch")),
    loadStructure: () => Promise.reject(new Error("nothing is simulated")),
    keptScene: () => Promise.reject(new Error("nothing is simulated")),
    keptLabels: createKeptLabels(),
    keptChain: createKeptChain(),
    control: createRestoreControl(),
    signal: new AbortController().signal,
    onProgress({ preview }: Progress) {
      if (preview) previews.push(preview as RunPreviews["train"]);
    },
    async breathe() {
      if (previews.flatMap(({ points }) => points).length >= stopAfter) throw new AbortError();
    },
  };
  const result = await runOperation("train", request, {}, tools).catch((error: unknown) => {
    if (isAbort(error)) return null;
    throw error;
  });
  return { result, previews };
}

const bytesOf = async (blob: Blob | undefined) => Buffer.from(await (blob as Blob).arrayBuffer());

test("a training on files of the page gives a model, and goes on from the checkpoint of a cancel", async () => {
  const { result, previews } = await run(REQUEST);
  const { model, checkpoint } = result?.output ?? expect.fail("the training was cancelled");
  expect(previews.flatMap(({ points }) => points.map(({ step }) => step))).toEqual([1, 2]);
  expect(readModel(model.manifest, await bytesOf(model.weights)).weights.size).toBe(30);
  expect(result?.provenance).toMatchObject({ operation: "train", inputs: ["cell.mrc"] });

  const stopped = await run(REQUEST, 1);
  expect(stopped.result).toBeNull();
  const kept = stopped.previews.at(-1)?.checkpoint;
  const resumed = await run({ ...REQUEST, checkpoint: kept ?? null });
  expect(resumed.previews[0].points.map(({ step }) => step)).toEqual([2]);
  const again = await bytesOf(resumed.result?.output.checkpoint);
  expect(again.equals(await bytesOf(checkpoint))).toBe(true);
  expect(readSafetensors(await bytesOf(kept)).size).toBe(90);
});

test("a file that the recipe names and the page does not give is named", async () => {
  const { cell } = REQUEST.files;
  await expect(run({ ...REQUEST, files: { cell } })).rejects.toThrow(
    "The recipe names truth, which was not given with it.",
  );
});
