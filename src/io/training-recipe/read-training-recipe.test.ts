import { expect, test } from "vitest";
import { readTrainingRecipe } from "./read-training-recipe";

const CLASSES = [
  { name: "background" },
  { name: "membrane", color: "#9aa0a6" },
  { name: "ribosome", radiusAngstrom: 145, minVoxels: 2000 },
];
const FILES = { volume: "a.mrc", labels: "a-labels.mrc.gz", particles: "a.json" };
const MINIMAL = { name: "cell", classes: CLASSES, voxelSizeAngstrom: 10, data: { train: [FILES] } };

const read = (change: object) => readTrainingRecipe(JSON.stringify({ ...MINIMAL, ...change }));

test("what is left out has the thesis's defaults, and classes are labelled in their order", () => {
  const recipe = read({});
  expect(recipe.classes.map(({ label, name }) => [label, name])).toEqual([
    [0, "background"],
    [1, "membrane"],
    [2, "ribosome"],
  ]);
  expect(recipe).toMatchObject({
    proteinIsBright: false,
    data: { train: [FILES], validation: [] },
    targets: { kind: "labels" },
    start: "scratch",
    sampling: { side: 56, jitter: 13, balanced: true, anywhereShare: 0, regionShare: 0 },
    augmentation: { halfTurn: true, scale: null, shift: null, noise: null },
    loss: { kind: "cross-entropy" },
    classWeights: null,
    batch: 25,
    steps: 6000,
    learningRate: 1e-4,
    schedule: { kind: "constant", warmUpSteps: 0 },
    seed: 1,
  });
});

test("a recipe that was read is read again as it is", () => {
  const recipe = read({
    loss: { kind: "tversky" },
    targets: { kind: "shapes", masks: { ribosome: "./mask.mrc" } },
    data: {
      train: [
        FILES,
        { recipe: "teaching", seed: 3, shape: [64, 96, 96], imaging: { snr: 0.1, maxTiltDeg: 50 } },
      ],
      validation: [{ ...FILES, classes: { 2: "ribosome" }, proteinIsBright: true }],
    },
  });
  expect(recipe.loss).toEqual({ kind: "tversky", alpha: 0.5, beta: 0.5 });
  const { classes, ...rest } = recipe;
  const again = { ...rest, classes: classes.map(({ label: _, ...info }) => info) };
  expect(readTrainingRecipe(JSON.stringify(again))).toEqual(recipe);
});

test("a simulation's recipe may stand in the training's", () => {
  const scene = { shape: [64, 64, 64], voxelSizeAngstrom: 10 };
  const recipe = read({ data: { train: [{ recipe: { name: "inline", scene }, seed: 1 }] } });
  expect(recipe.data.train[0]).toMatchObject({
    recipe: { name: "inline", imaging: { route: "tilt-series" } },
  });
});

test.each([
  [{ steps: 0 }, /^This is no training recipe: steps: must be a whole number from 1 to 10000000\.$/],
  [{ learnRate: 1 }, /the file: there is no field "learnRate"\.$/],
  [{ classes: [CLASSES[0]] }, /classes: must have at least 2 entries\.$/],
  [{ saveEvery: -1 }, /saveEvery: must be a whole number of at least 0\.$/],
  [
    { classes: [...CLASSES, { name: "membrane" }] },
    /classes\[3\]\.name: "membrane" is the name of another one too\.$/,
  ],
  [{ classes: [CLASSES[0], { name: "a", color: "red" }] }, /classes\[1\]\.color: must be a colour/],
  [{ classWeights: [1, 2] }, /classWeights: must be 3 numbers, one for each class/],
  [{ sampling: { side: 54 } }, /sampling\.side: must be a multiple of 4/],
  [{ sampling: { anywhereShare: 0.7, regionShare: 0.7 } }, /sampling\.regionShare: /],
  [{ augmentation: { shift: [1, -1] } }, /augmentation\.shift: must be two rising numbers/],
  [{ augmentation: { mirror: true } }, /augmentation: there is no field "mirror"\.$/],
  [{ targets: { kind: "boxes" } }, /targets\.kind: must be labels, spheres or shapes/],
  [{ targets: { kind: "shapes", masks: {} } }, /targets\.masks: there is none for "ribosome"/],
  [{ loss: { kind: "focal" } }, /loss\.kind: must be cross-entropy or tversky/],
  [{ data: { train: [] } }, /data\.train: must have at least 1 entry\.$/],
  [
    { data: { train: [{ volume: "a.mrc", label: "b.mrc" }] } },
    /data\.train\[0\]: there is no field "label"\.$/,
  ],
  [
    { data: { train: [{ ...FILES, classes: { 1: "golgi" } }] } },
    /data\.train\[0\]\.classes: there is no class "golgi" in this recipe/,
  ],
  [{ data: { train: [{ recipe: "teaching" }] } }, /data\.train\[0\]\.seed: is missing\.$/],
  [
    { data: { train: [{ recipe: "teaching", seed: 1, imaging: { snr: -1 } }] } },
    /data\.train\[0\]\.imaging: SNR must be a number from 0\.001/,
  ],
  [
    { data: { train: [{ recipe: "teaching", seed: 1, imaging: { tilt: 1 } }] } },
    /data\.train\[0\]\.imaging: There is no parameter "tilt"/,
  ],
])("what is wrong is named: %j", (change, words) => {
  expect(() => read(change)).toThrow(words);
});

test("what is no JSON is refused", () => {
  expect(() => readTrainingRecipe("{")).toThrow(/^This is no training recipe: /);
});
