import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { beforeAll, expect, test } from "vitest";
import { publicFile } from "../../cli/public-files";
import { createWasmBackend } from "../../compute/wasm-backend";
import { readBeadModel } from "../../io/bead-model/read-bead-model";
import { parseManifest } from "../../io/model/model-files";
import { readRecipe } from "../../io/recipe/read-recipe";
import { readSafetensors } from "../../io/safetensors/read-safetensors";
import { readerOf, startSegment } from "../../testing/segment-in-memory";
import type { Backend } from "../backend";
import { AbortError, isAbort, isTagged } from "../errors";
import { evaluate } from "../metrics/evaluate";
import type { Model } from "../nn/model";
import { LOCALIZE, Localizer } from "../operations/localize";
import { SIMULATE } from "../operations/simulate";
import { SIMULATE_PARAMS } from "../operations/simulate-params";
import { rescaleScene } from "../simulate/rescale-scene";
import { checkParams, paramDefaults } from "../task/params";
import {
  type LocalizationInputs,
  type LocalizationResult,
  localizationExperiment,
  type TomogramScore,
} from "./localization-experiment";

const read = (path: string) => readFileSync(publicFile(path), "utf8");
const TEACHING = readRecipe(read("presets/teaching.json"), {
  structureIds: ["6qzp", "3j9i", "4v94"],
  mayReadFiles: false,
});
/** Without the membrane, which leaves little room in so small a cell. */
const RECIPE = {
  ...TEACHING,
  scene: {
    ...rescaleScene(TEACHING.scene, [32, 64, 64]),
    membranes: [],
    particles: [
      { name: "20S proteasome", structure: "3j9i", radiusAngstrom: 85, count: 4 },
      { name: "TRiC", structure: "4v94", radiusAngstrom: 130, count: 2 },
      {
        name: "no such thing",
        structure: { shape: "sphere", radiusAngstrom: 30, density: 0.2 } as const,
        count: 2,
      },
    ],
  },
};

const quiet = { breathe: async () => {}, onProgress() {}, signal: new AbortController().signal };
const F1_LABELS = ["4", "5"];

let backend: Backend;
let inputs: LocalizationInputs;
let result: LocalizationResult;
const shares: number[] = [];
const notes = new Set<string>();
const saved: TomogramScore[][] = [];
beforeAll(async () => {
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  backend = createWasmBackend(2);
  const model: Model = {
    manifest: parseManifest(read("models/starter/manifest.json"), "manifest.json"),
    weights: readSafetensors(new Uint8Array(readFileSync(publicFile("models/starter/starter.safetensors")))),
  };
  inputs = {
    recipe: RECIPE,
    structures: async (id) => readBeadModel(readFileSync(publicFile(`structures/${id}.beads`)), id),
    model,
    backend,
    seeds: [7],
    snrs: [0.001, 100],
    tiltsDeg: [60],
    localize: paramDefaults(LOCALIZE.params),
    radiusVoxels: 10,
  };
  const save = async (finished: readonly TomogramScore[]) => void saved.push([...finished]);
  result = await localizationExperiment(
    { ...inputs, save },
    {
      ...quiet,
      onProgress({ done, note }) {
        shares.push(done);
        notes.add(note.replace(/:.*|, \d+ %$/, ""));
      },
    },
  );
}, 60_000);

test("each condition scores every class of the same scene, and noise hides what is found without it", () => {
  expect(result.classes.map(({ label }) => label)).toEqual([2, 3, 4, 5]);
  expect(result.unknown).toEqual(["no such thing"]);
  expect(result.conditions.map(({ snr, tiltDeg }) => [snr, tiltDeg])).toEqual([
    [0.001, 60],
    [100, 60],
  ]);
  const [noisy, clear] = result.conditions;
  for (const { snr, measuredSnr, classes, meanF1 } of result.conditions) {
    expect(measuredSnr / snr).toBeCloseTo(1, 1);
    expect(Object.keys(classes)).toEqual(["2", "3", ...F1_LABELS]);
    expect(F1_LABELS.map((label) => classes[label].truth)).toEqual([4, 2]);
    expect(meanF1).toBeCloseTo((classes[4].f1 + classes[5].f1) / 2, 12);
  }
  for (const label of F1_LABELS) expect(noisy.classes[label].f1).toBeLessThan(clear.classes[label].f1);
  expect(clear.meanF1).toBeGreaterThan(0.5);
  expect(noisy.meanF1).toBeLessThan(0.1);
});

test("progress rises to the end and says what is done", () => {
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.at(-1)).toBeCloseTo(1, 6);
  expect(notes).toContain("seed 7, SNR 0.001, ±60°");
  expect(notes).toContain("segmenting seed 7, SNR 100, ±60°");
});

test("it gives what simulating, segmenting, localizing and evaluating one after the other give", async () => {
  const { recipe, structures, model } = inputs;
  const params = checkParams(SIMULATE_PARAMS, { seed: 7, snr: 100, minTiltDeg: -60, maxTiltDeg: 60 });
  const tomogram: number[] = [];
  const { list } = await SIMULATE.run({ recipe, structures, backend }, params, {
    ...quiet,
    createVolume: async ({ role }) => ({
      async write(values) {
        if (role === "tomogram") for (const value of Array.from(values)) tomogram.push(value);
      },
      async close() {},
    }),
  });
  const reader = readerOf(Float32Array.from(tomogram), list.shape);
  const segmentation = startSegment({ reader, model, backend });
  await segmentation.output;
  const labels = readerOf(Float32Array.from(segmentation.written.get("labels") ?? []), list.shape);
  const found = await new Localizer().run(
    { labels, score: null, classes: model.manifest.classes },
    inputs.localize,
    quiet,
  );
  const truth = list.particles.flatMap((particle) => {
    const name = list.classes[particle.label].name;
    return name === "no such thing" ? [] : [{ ...particle, name, label: name === "TRiC" ? 5 : 4 }];
  });
  const { classes } = evaluate(found.list.particles, truth, model.manifest.classes, 10);
  for (const label of F1_LABELS) {
    const { fBeta: _, ...score } = classes[label];
    expect(result.conditions[1].classes[label]).toEqual(score);
  }
});

test("the same seed again gives the same, and counts are summed before F1 is taken", async () => {
  const finished = saved[1].slice(1);
  const twice = await localizationExperiment({ ...inputs, seeds: [7, 7], snrs: [100], finished }, quiet);
  const [once] = result.conditions.slice(1);
  expect(twice.conditions).toHaveLength(1);
  const [{ classes, measuredSnr, meanF1 }] = twice.conditions;
  expect([measuredSnr, meanF1]).toEqual([once.measuredSnr, once.meanF1]);
  for (const [label, { truth, found, truePositives, ...rest }] of Object.entries(once.classes))
    expect(classes[label]).toEqual({
      truth: 2 * truth,
      found: 2 * found,
      truePositives: 2 * truePositives,
      ...rest,
    });
});

test("what is finished is given to be kept after each tomogram, and is taken over", async () => {
  expect(saved.map((all) => all.map(({ seed, snr, tiltDeg }) => [seed, snr, tiltDeg]))).toEqual([
    [[7, 0.001, 60]],
    [
      [7, 0.001, 60],
      [7, 100, 60],
    ],
  ]);
  for (const finished of saved) {
    const made: number[] = [];
    const progress: number[] = [];
    const goneOn = await localizationExperiment(
      {
        ...inputs,
        finished: JSON.parse(JSON.stringify(finished)),
        save: async (all) => void made.push(all.length),
      },
      { ...quiet, onProgress: ({ done }) => progress.push(done) },
    );
    expect(goneOn).toEqual(result);
    expect(made).toEqual(finished.length === 1 ? [2] : []);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(0) ?? 0).toBeLessThan(0.1);
    expect(progress.at(-1) ?? 1).toBeCloseTo(1, 6);
  }
});

test("what cannot be imaged or is not known is said before anything is built", async () => {
  const built: string[] = [];
  const refused = async (change: Partial<LocalizationInputs>) => {
    const structures = async (id: string) => {
      built.push(id);
      return inputs.structures(id);
    };
    return localizationExperiment({ ...inputs, structures, ...change }, quiet).catch((error) => error);
  };
  expect((await refused({ snrs: [0.1, 1e6] })).message).toMatch(/SNR must be a number from 0.001 to 1000/);
  expect((await refused({ tiltsDeg: [60, 0] })).message).toMatch(/The tilts must rise/);
  expect((await refused({ seeds: [1.5] })).message).toMatch(/Seed must be a whole number/);
  const [unknown] = RECIPE.scene.particles.slice(-1);
  const stranger = { ...RECIPE, scene: { ...RECIPE.scene, particles: [unknown] } };
  const error = await refused({ recipe: stranger });
  expect(isTagged(error, "bad-input")).toBe(true);
  expect(error.message).toMatch(
    /"starter" knows .*TRiC; the recipe "Teaching cell" has none of them, but no such thing/,
  );
  expect(built).toEqual([]);
});

test("it can be cancelled between the conditions", async () => {
  let stage = "";
  const cancelled = localizationExperiment(inputs, {
    ...quiet,
    onProgress({ note }) {
      stage = note;
    },
    async breathe() {
      if (stage.startsWith("seed 7, SNR 0.001")) throw new AbortError();
    },
  });
  expect(isAbort(await cancelled.catch((error) => error))).toBe(true);
});
