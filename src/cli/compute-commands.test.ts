import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AbortError } from "../core/errors";
import { float16Values } from "../core/volume/float16";
import { largestDifference } from "../testing/golden-network";
import { runCaptured } from "../testing/run-captured";
import { runCli } from "./run-cli";

const SAMPLE = fileURLToPath(new URL("../../public/samples/cell-sample.mrc", import.meta.url));
const HEADER_BYTES = 1024;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tomoscope-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (argv: string[], signal?: AbortSignal) => runCaptured(runCli, argv, folder, signal);

async function json(...argv: string[]) {
  const { code, stdout, stderr } = await cli([...argv, "--json"]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

const voxels = (name: string) => readFileSync(join(folder, name)).subarray(HEADER_BYTES);
function halves(name: string): Float32Array {
  const bytes = Uint8Array.from(voxels(name));
  return Float32Array.from(new Uint16Array(bytes.buffer), (bits) => float16Values()[bits]);
}
const argmax = (values: readonly number[]) => values.indexOf(Math.max(...values));
const BOX = ["--box", "30,80,80,46,97,101"]; // 16 × 17 × 21
const CHAIN = ["--method", "mwr", "--iterations", "7", "--burn-in", "3", "--tilt", "-60,60"];

test("restore writes mean, deviation and trace; the same seed gives the same bytes, another one others", async () => {
  const files = ["--std", "std.mrc", "--trace", "trace.json", "--save-mode", "--keep", "1"];
  const run = (out: string, seed: string, ...more: string[]) =>
    json("restore", SAMPLE, ...BOX, ...CHAIN, "--seed", seed, "--backend", "wasm", "-o", out, ...more);
  const done = await run("a.mrc", "1", ...files);
  expect(done).toMatchObject({
    out: "a.mrc",
    std: "std.mrc",
    samples: ["a-mode.mrc", "a-sample-01.mrc"],
    trace: "trace.json",
    boxShape: [16, 17, 21],
    provenance: {
      operation: "restore",
      inputs: ["cell-sample.mrc"],
      params: { iterations: 7, burnIn: 3, seed: 1, tilt: [-60, 60], denoiser: "bm4d" },
    },
  });
  expect(done.provenance.backend).toMatch(/WebAssembly/);
  const trace = JSON.parse(readFileSync(join(folder, "trace.json"), "utf8"));
  expect(trace.map(({ iteration }: { iteration: number }) => iteration)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(trace[6].energy).toBeGreaterThan(0);

  const info = await json("info", "a.mrc");
  expect(info).toMatchObject({ shape: [16, 17, 21], mode: 2, voxelSizeAngstrom: [10, 10, 10], warnings: [] });
  for (const file of ["std.mrc", "a-mode.mrc", "a-sample-01.mrc"])
    expect((await json("info", file)).shape).toEqual([16, 17, 21]);

  await run("b.mrc", "1");
  await run("c.mrc", "2");
  expect(voxels("b.mrc").equals(voxels("a.mrc"))).toBe(true);
  expect(voxels("c.mrc").equals(voxels("a.mrc"))).toBe(false);
});

test("segment gives the same labels on WebAssembly and the reference, and localize takes its score", async () => {
  await json("convert", SAMPLE, "--crop", "30,80,80,39,93,97", "-o", "small.mrc"); // 9 × 13 × 17
  for (const backend of ["wasm", "reference"]) {
    const files = ["-o", `${backend}.mrc`, "--score", `${backend}-score.mrc`, "--class-probabilities"];
    const done = await json("segment", "small.mrc", "--model", "starter", "--backend", backend, ...files);
    const total = done.classes.reduce((sum: number, { voxels }: { voxels: number }) => sum + voxels, 0);
    expect(total).toBe(9 * 13 * 17);
    expect(done.provenance.inputs).toEqual(["small.mrc", "model starter"]);
    expect(done.classes[2].probability).toBe(`${backend}-class2.mrc`);
  }
  const [a, b] = ["wasm.mrc", "reference.mrc"].map(voxels);
  // Where two classes are equally probable the last bit decides.
  const different = a.filter((value, i) => value !== b[i]).length;
  expect(different).toBeLessThanOrEqual(a.length / 1000);
  expect(new Set(a).size).toBeGreaterThan(1);
  const score = await json("info", "wasm-score.mrc");
  expect(score.min).toBeGreaterThan(1 / 6);
  expect(score.max).toBeLessThanOrEqual(1);

  const ofClasses = [0, 1, 2, 3, 4, 5].map((label) => halves(`wasm-class${label}.mrc`));
  const winner = a.map((_, i) => argmax(ofClasses.map((values) => values[i])));
  // Probabilities that are equal as halves were not before.
  expect(winner.filter((label, i) => label !== a[i]).length).toBeLessThanOrEqual(a.length / 100);
  const ofLabels = ofClasses[0].map((_, i) => ofClasses[a[i]][i]);
  // The score is kept as one of 255 steps, both are rounded to halves.
  expect(largestDifference(halves("wasm-score.mrc"), ofLabels)).toBeLessThan(0.5 / 255 + 1 / 2048);

  const minVoxels = ["--min-voxels", "2=1,3=1,4=1,5=1"];
  await json("localize", "wasm.mrc", "--score", "wasm-score.mrc", ...minVoxels, "-o", "list.json");
  const { particles } = JSON.parse(readFileSync(join(folder, "list.json"), "utf8"));
  expect(particles.length).toBeGreaterThan(0);
  for (const particle of particles) {
    expect(particle.score).toBeGreaterThan(1 / 6);
    expect(particle.score).toBeLessThanOrEqual(1);
  }
});

test.each([
  [
    ["restore", SAMPLE, "-o", "x.mrc", "--backend", "quantum"],
    2,
    /--backend must be one of auto, webgpu, wasm, reference/,
  ],
  [["restore", SAMPLE, "-o", "x.mrc", "--threads", "0"], 2, /--threads needs a whole number/],
  [
    ["restore", SAMPLE, "-o", "x.mrc", "--box", "0,0,0,97,9,9"],
    2,
    /does not lie within the volume of 96 × 224 × 224/,
  ],
  [
    ["restore", SAMPLE, "-o", "x.mrc", ...CHAIN, "--burn-in", "9"],
    2,
    /Burn-in must be shorter than the 7 iterations/,
  ],
  [["restore", SAMPLE, "-o", "x.mrc", "--method", "magic"], 2, /Method must be one of mwr/],
  [["segment", SAMPLE], 2, /--out is missing/],
  [
    ["restore", SAMPLE, "-o", "x.mrc", "--std", "./x.mrc"],
    2,
    /--out and --std name the same file \.\/x\.mrc/,
  ],
  [
    ["restore", SAMPLE, "-o", "x.mrc", "--std", "no/x.mrc"],
    1,
    /x\.mrc cannot be written: there is no such folder/,
  ],
  [
    ["restore", SAMPLE, "-o", "x.mrc", "--trace", SAMPLE],
    2,
    /--trace .*cell-sample\.mrc would replace the input/,
  ],
  [
    ["segment", SAMPLE, "-o", "x.mrc", "--class-probabilities", "--score", "x-class0.mrc"],
    2,
    /--score and --class-probabilities name the same file x-class0\.mrc/,
  ],
  [["segment", SAMPLE, "-o", "x.mrc", "--model", "absent.json"], 1, /absent.json/],
])("%j is refused with a sentence", async (argv, expected, sentence) => {
  const before = readdirSync(folder);
  const { code, stdout, stderr } = await cli([...argv]);
  expect(stderr).toMatch(sentence);
  expect({ code, stdout }).toEqual({ code: expected, stdout: "" });
  expect(readdirSync(folder)).toEqual(before);
});

test("a cancel before the first sample ends a restoration within a second and leaves nothing", async () => {
  const before = readdirSync(folder);
  const cancel = new AbortController();
  const chain = ["--iterations", "10000", "--burn-in", "9999"];
  const running = cli(["restore", SAMPLE, "--box", "0,0,0,64,96,96", ...chain, "-o", "x.mrc"], cancel.signal);
  await new Promise((resume) => setTimeout(resume, 1500));
  const asked = performance.now();
  cancel.abort(new AbortError());
  expect(await running).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/Cancelled: nothing was written/),
  });
  // One second is promised; a machine that does other work as well may need more.
  expect(performance.now() - asked).toBeLessThan(5000);
  expect(readdirSync(folder)).toEqual(before);
});

test("a restoration that is cancelled in blocks keeps those that are finished, and says so", async () => {
  const box = ["--box", "0,80,80,60,112,112"]; // three blocks, one over the other
  await json("convert", SAMPLE, "--crop", "0,80,80,60,112,112", "--mode", "2", "-o", "measured.mrc");
  const chain = ["--denoiser", "gaussian", "--iterations", "300", "--burn-in", "1", "--block", "32"];
  const cancel = new AbortController();
  const files = ["-o", "blocks.mrc", "--std", "blocks-std.mrc", "--json"];
  const running = cli(["restore", SAMPLE, ...box, ...chain, "--backend", "wasm", ...files], cancel.signal);
  const part = () => readdirSync(folder).find((name) => /^blocks\.mrc\..*part$/.test(name));
  const deadline = performance.now() + 60_000;
  while (!part() || statSync(join(folder, part() as string)).size <= HEADER_BYTES) {
    expect(performance.now()).toBeLessThan(deadline);
    await new Promise((resume) => setTimeout(resume, 2));
  }
  cancel.abort(new AbortError());
  const { code, stdout, stderr } = await running;
  expect(code).toBe(0);
  expect(stderr).toMatch(/Cancelled: [12] of 3 blocks are restored, the rest is as it was measured\./);
  const { finishedBlocks, provenance } = JSON.parse(stdout);
  expect(provenance.remarks[0]).toMatch(new RegExp(`^${finishedBlocks} of 3 blocks`));
  const floats = (name: string) => new Float32Array(Uint8Array.from(voxels(name)).buffer);
  const [restored, std, measured] = ["blocks.mrc", "blocks-std.mrc", "measured.mrc"].map(floats);
  const section = 32 * 32;
  expect(restored.subarray(0, section)).not.toEqual(measured.subarray(0, section));
  for (let i = 59 * section; i < 60 * section; i++)
    if (Math.abs(restored[i] - measured[i]) > 1e-5 * Math.abs(measured[i]) || std[i] !== 0)
      expect.unreachable(`voxel ${i} is ${restored[i]} ± ${std[i]}, not ${measured[i]}`);
});

test("a cancelled segmentation keeps what is finished, and --continue gives what one run gives", async () => {
  await json("convert", SAMPLE, "--crop", "0,80,80,96,112,108", "-o", "long.mrc"); // 96 × 32 × 28
  const run = ["segment", "long.mrc", "--model", "starter", "--backend", "wasm"];
  await json(...run, "-o", "one.mrc", "--score", "one-score.mrc");

  const results = ["-o", "two.mrc", "--score", "two-score.mrc"];
  const cancel = new AbortController();
  const running = cli([...run, ...results], cancel.signal);
  const part = () => readdirSync(folder).find((name) => /^two\.mrc\..*part$/.test(name));
  const deadline = performance.now() + 60_000;
  // The header comes last: a file of some sections is longer than it.
  while (!part() || statSync(join(folder, part() as string)).size < HEADER_BYTES + 20 * 32 * 28) {
    expect(performance.now()).toBeLessThan(deadline);
    await new Promise((resume) => setTimeout(resume, 2));
  }
  cancel.abort(new AbortError());
  const { code, stderr } = await running;
  expect(code).toBe(1);
  const [, sections] =
    /two\.mrc\.part has the (\d+) sections that were finished; --continue/.exec(stderr) ?? [];
  expect(Number(sections)).toBeGreaterThanOrEqual(16);
  expect(Number(sections)).toBeLessThan(96);
  const left = await json("info", "two.mrc.part");
  expect(left).toMatchObject({ shape: [96, 32, 28], warnings: [] });
  const begun = Number(sections) * 32 * 28;
  expect(voxels("two.mrc.part").subarray(0, begun).equals(voxels("one.mrc").subarray(0, begun))).toBe(true);
  expect(
    voxels("two.mrc.part")
      .subarray(begun)
      .every((label) => label === 0),
  ).toBe(true);

  const other = await cli([...run, ...results, "--continue", "--contrast", "bright"]);
  expect(other.stderr).toMatch(/two\.mrc\.part was left by another run/);
  const rest = await json(...run, ...results, "--continue");
  expect(rest.tiles).toBe(1);
  for (const name of ["", "-score"])
    expect(voxels(`two${name}.mrc`).equals(voxels(`one${name}.mrc`)), name).toBe(true);
  expect(readdirSync(folder).filter((name) => name.includes("part"))).toEqual([]);
  // Nothing is left to go on from: it begins at the beginning.
  await json(...run, ...results, "--continue");
  expect(voxels("two.mrc").equals(voxels("one.mrc"))).toBe(true);
});
