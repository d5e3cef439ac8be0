import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadStarterModel } from "../testing/golden-network";
import { deepFinderModel, kerasArchive, kerasWeightsFile } from "../testing/keras-archive";
import { runCaptured } from "../testing/run-captured";
import { publicFile } from "./public-files";
import { runCli } from "./run-cli";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tomoscope-model-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (...argv: string[]) => runCaptured(runCli, argv, folder);
async function json(...argv: string[]) {
  const { code, stdout, stderr } = await cli(...argv, "--json");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

test("a model that ships says what it is", async () => {
  const { stdout } = await cli("model", "starter");
  expect(stdout).toContain("deepfinder-2019, 6 classes, 903126 weights");
  expect(stdout).toMatch(/5 TRiC\s+radius 130 Å, Dice 0\.95, F1 1\.00/);
});

test("to DeepFinder's .h5 and back to ours: the same weights, the same manifest", async () => {
  expect((await json("model", "starter", "--out", "s.h5")).out).toEqual(["s.h5"]);
  const back = await json("model", "s.h5", "--out", "back.safetensors");
  expect(back).toMatchObject({ name: "starter", isDescribed: true, weightCount: 903126 });
  expect(back.out).toEqual(["back.safetensors", "manifest.json"]);
  const shipped = readFileSync(publicFile("models/starter/starter.safetensors"));
  const ours = readFileSync(join(folder, "back.safetensors"));
  const tensorBytes = 4 * 903126;
  expect(ours.subarray(-tensorBytes).equals(shipped.subarray(-tensorBytes))).toBe(true);

  // Named by its weights it is the same model, as long as the manifest beside them is theirs.
  expect((await json("model", "back.safetensors")).name).toBe("starter");
  copyFileSync(join(folder, "back.safetensors"), join(folder, "other.safetensors"));
  const other = await json("model", "other.safetensors");
  expect(other).toMatchObject({ name: "other", isDescribed: false, voxelSizeAngstrom: null });
});

test("what Keras 3 saves opens too, and is the same weights", async () => {
  const { weights } = await loadStarterModel();
  writeFileSync(join(folder, "net.keras"), await kerasArchive(deepFinderModel(weights), "Keras 3"));
  writeFileSync(join(folder, "net.weights.h5"), await kerasWeightsFile(deepFinderModel(weights), "Keras 3"));
  for (const file of ["net.keras", "net.weights.h5"]) {
    mkdirSync(join(folder, "of", file), { recursive: true });
    const model = await json("model", file, "--out", `of/${file}/net.safetensors`);
    expect(model).toMatchObject({ name: "net", isDescribed: false, weightCount: 903126 });
    const shipped = readFileSync(publicFile("models/starter/starter.safetensors"));
    const ours = readFileSync(join(folder, "of", file, "net.safetensors"));
    expect(ours.subarray(-4 * 903126).equals(shipped.subarray(-4 * 903126))).toBe(true);
  }
});

test("half precision halves the file", async () => {
  mkdirSync(join(folder, "half"));
  await json("model", "starter", "--out", "half/h.safetensors", "--half");
  expect(readFileSync(join(folder, "half/h.safetensors")).length).toBeLessThan(1.82e6);
  expect((await json("model", "half/manifest.json")).weights).toBe("h.safetensors");
});

test("what cannot be done is said, and nothing is replaced", async () => {
  writeFileSync(join(folder, "text.h5"), "weights");
  mkdirSync(join(folder, "taken"));
  writeFileSync(join(folder, "taken/manifest.json"), "{}");
  for (const [argv, code, sentence] of [
    [["model", "nobody"], 2, 'There is no model "nobody"'],
    [["model", "text.h5"], 1, "text.h5 is no HDF5 file."],
    [["model", "starter", "-o", "x.onnx"], 2, "--out x.onnx must end with .safetensors or .h5."],
    [["model", "starter", "-o", "x.weights.h5"], 2, "end it with .h5 alone."],
    [["model", "starter", "-o", "x.h5", "--half"], 2, "--half is for .safetensors"],
    [["model", "starter", "-o", "taken/x.safetensors"], 2, "taken/manifest.json is of something else"],
  ] as const) {
    const answer = await cli(...argv);
    expect(answer.code).toBe(code);
    expect(answer.stderr).toContain(sentence);
  }
  expect(existsSync(join(folder, "taken/x.safetensors"))).toBe(false);
});
