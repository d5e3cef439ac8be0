import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AbortError } from "../core/errors";
import { readModel } from "../io/model/read-model";
import { readSafetensors } from "../io/safetensors/read-safetensors";
import { mrcFixture } from "../testing/mrc-fixture";
import { runCaptured } from "../testing/run-captured";
import { runCli } from "./run-cli";

const SHAPE = [12, 16, 16] as const;
const BALLS = [
  [5, 5, 5],
  [11, 10, 6],
] as const;

const RECIPE = {
  name: "Tiny",
  licence: "MIT",
  classes: [{ name: "background" }, { name: "ball", color: "#ffd166", radiusAngstrom: 30, minVoxels: 20 }],
  voxelSizeAngstrom: 10,
  data: {
    train: [{ volume: "data/a.mrc", labels: "data/a-labels.mrc.gz", particles: "data/a.json" }],
    validation: [{ volume: "data/a.mrc", labels: "data/a-labels.mrc.gz" }],
  },
  sampling: { side: 8, jitter: 2 },
  batch: 2,
  steps: 4,
  learningRate: 1e-3,
  validation: { lossEvery: 2, batches: 1, radiusVoxels: 3 },
  saveEvery: 0,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tomoscope-train-"));
  mkdirSync(join(folder, "data"));
  const [nz, ny, nx] = SHAPE;
  const labels = Array.from({ length: nz * ny * nx }, (_, i) =>
    BALLS.some(
      ([x, y, z]) =>
        Math.hypot((i % nx) - x, (Math.floor(i / nx) % ny) - y, Math.floor(i / (nx * ny)) - z) <= 3,
    )
      ? 1
      : 0,
  );
  const header = { cellX: 10 * nx, cellY: 10 * ny, cellZ: 10 * nz };
  const mrc = (values: number[]) => mrcFixture({ mode: 0, fileShape: SHAPE, values, header });
  const put = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
  put("data/a.mrc", mrc(labels.map((label, i) => ((i * 7919) % 40) - 60 * label)));
  put("data/a-labels.mrc.gz", gzipSync(mrc(labels)));
  put("data/a.json", JSON.stringify({ particles: BALLS.map(([x, y, z]) => ({ label: 1, x, y, z })) }));
  put("tiny.json", JSON.stringify(RECIPE));
  put(
    "lost.json",
    JSON.stringify({ ...RECIPE, data: { train: [{ volume: "data/none.mrc", labels: "x" }] } }),
  );
  put("wrong.json", JSON.stringify({ ...RECIPE, batch: 0 }));
});
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (...argv: string[]) => runCaptured(runCli, [...argv, "--backend", "wasm"], folder);
const bytes = (name: string) => readFileSync(join(folder, name));

async function trained(...argv: string[]) {
  const { code, stdout, stderr } = await cli("train", ...argv);
  expect(code, stderr).toBe(0);
  return stdout;
}

test("train leaves a model, a checkpoint and its curves, and says how it went", async () => {
  const stdout = await trained("tiny.json", "--out", "whole");
  expect(stdout).toContain("volumes: 1 to train on, 1 to validate; objects: 2 ball; WebAssembly");
  expect(stdout).toMatch(/step 2: loss \d\.\d{4}, accuracy \d\.\d{4}, learning rate 0\.00100/);
  expect(stdout).toMatch(/validation after step 4: loss /);
  expect(stdout).toMatch(/ball +2 +\d/);
  expect(readdirSync(join(folder, "whole")).sort()).toEqual([
    "checkpoint.safetensors",
    "manifest.json",
    "tiny.safetensors",
    "training.json",
  ]);
  const json = JSON.parse(bytes("whole/manifest.json").toString());
  const { manifest, weights } = readModel(json, bytes("whole/tiny.safetensors"));
  expect(manifest).toMatchObject({
    name: "Tiny",
    weights: "tiny.safetensors",
    measured: { 1: { truth: 2 } },
  });
  expect(weights.size).toBe(30);
  const curves = JSON.parse(bytes("whole/training.json").toString());
  expect(curves.points.map(({ step }: { step: number }) => step)).toEqual([1, 2, 3, 4]);
  expect(curves.validations.length).toBe(2);
});

test("Ctrl-C keeps a checkpoint, and says how to go on; what comes of it is the same to the bit", async () => {
  const cancel = new AbortController();
  let stderr = "";
  const code = await runCli(["train", "tiny.json", "--out", "stopped", "--backend", "wasm"], {
    stdout: {
      write: (text: string) => text.startsWith("validation after step 2") && cancel.abort(new AbortError()),
    },
    stderr: { write: (text: string) => (stderr += text) },
    signal: cancel.signal,
    cwd: folder,
  });
  expect(code).toBe(1);
  expect(stderr).toContain("Go on with: tomoscope train tiny.json --out stopped --resume");
  expect(existsSync(join(folder, "stopped/manifest.json"))).toBe(false);
  await trained("tiny.json", "--out", "stopped", "--resume");
  for (const name of ["checkpoint.safetensors", "tiny.safetensors", "manifest.json", "training.json"])
    expect(bytes(`stopped/${name}`).equals(bytes(`whole/${name}`)), name).toBe(true);
});

test("half precision halves the weights' file, and training may start from a model", async () => {
  writeFileSync(
    join(folder, "fine.json"),
    JSON.stringify({ ...RECIPE, name: "Fine", start: "whole/manifest.json" }),
  );
  await trained("fine.json", "--out", "fine", "--steps", "1", "--learning-rate", "1e-8", "--half");
  const [fine, whole] = ["fine/fine.safetensors", "whole/tiny.safetensors"].map(bytes);
  expect(fine.length).toBeLessThan(0.51 * whole.length);
  const value = (file: Buffer) => readSafetensors(file).get("c1.weight")?.values[4] ?? Number.NaN;
  expect(value(fine)).toBeCloseTo(value(whole), 4);
});

test("a folder with a training in it is not written over, but gone on with", async () => {
  const { code, stderr } = await cli("train", "tiny.json", "--out", "whole");
  expect(code).toBe(2);
  expect(stderr).toContain(
    "whole holds a training already: go on with it by --resume, or give another folder.",
  );
  const answer = JSON.parse(
    await trained("tiny.json", "--out", "whole", "--resume", "--steps", "5", "--json"),
  );
  expect(answer).toMatchObject({
    out: "whole",
    step: 5,
    provenance: { operation: "train", params: { steps: 5 } },
  });
});

test.each([
  [["lost.json", "--out", "x"], 1, "lost.json names data/none.mrc, and there is no such file."],
  [["wrong.json", "--out", "x"], 1, "This is no training recipe: batch: "],
  [["tiny.json"], 2, "--out is missing."],
  [
    ["tiny.json", "--out", "data", "--resume"],
    2,
    "--resume needs data/checkpoint.safetensors, which is not there.",
  ],
  [["tiny.json", "--out", "x", "--steps", "0"], 2, "Steps must be"],
])("what cannot be done is refused before anything is written: %j", async (argv, expected, words) => {
  const { code, stderr } = await cli("train", ...argv);
  expect(stderr).toContain(words);
  expect(code).toBe(expected);
  expect(existsSync(join(folder, "x"))).toBe(false);
});
