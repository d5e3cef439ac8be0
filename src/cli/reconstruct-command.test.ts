import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fourierShellCorrelation } from "../core/metrics/fourier-shell-correlation";
import { createReferenceTomographyKernels } from "../core/tomography/reference-tomography-kernels";
import { type Shape3, wholeBox } from "../core/volume/shape";
import { memorySource } from "../io/source/memory-source";
import { writeTilts } from "../io/tilts/write-tilts";
import { openVolume } from "../io/volume/open-volume";
import { blobPhantom } from "../testing/blob-phantom";
import { mrcFixture } from "../testing/mrc-fixture";
import { runCaptured } from "../testing/run-captured";
import { runCli } from "./run-cli";

const RECORDED = new URL("../../../shared/data/tomograms/tilt_stack.mrc", import.meta.url);
const SHAPE: Shape3 = [40, 24, 40];
const PHANTOM = blobPhantom(SHAPE, { count: 20, sigmaVoxels: 1.2, seed: 3 });
const TILTS = Array.from({ length: 60 }, (_, i) => -90 + 3 * i);

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tomoscope-reconstruct-"));
  const [, ny, nx] = SHAPE;
  const kernels = createReferenceTomographyKernels({ shape: SHAPE, imageWidth: nx, tiltsDeg: TILTS });
  const images = await kernels.project(PHANTOM, async () => {});
  const header = { cellX: 5 * nx, cellY: 5 * ny, cellZ: TILTS.length };
  const file = { mode: 2, fileShape: [TILTS.length, ny, nx], values: [...images], header } as const;
  writeFileSync(join(folder, "series.st"), mrcFixture(file));
  writeFileSync(join(folder, "series.tlt"), writeTilts(TILTS));
});
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (...argv: string[]) => runCaptured(runCli, ["reconstruct", ...argv], folder);

async function read(name: string) {
  const volume = await openVolume(memorySource(readFileSync(join(folder, name)), name));
  return { meta: volume.meta, values: await volume.readBox(wholeBox(volume.meta.shape)) };
}

const SERIES = ["series.st", "--tilts", "series.tlt", "--backend", "wasm", "--threads", "1"];

test("a phantom's series gives the phantom back, in its own units", async () => {
  const plain = ["--thickness", "40", "--no-normalize", "--no-taper-edges"];
  const { code, stdout, stderr } = await cli(...SERIES, ...plain, "-o", "tomo.mrc", "--json");
  expect([code, stderr.includes("Error")]).toEqual([0, false]);
  const answer = JSON.parse(stdout);
  expect(answer).toMatchObject({ out: "tomo.mrc", shape: SHAPE, tiltsDeg: TILTS, residuals: null });
  expect(answer.provenance).toMatchObject({
    operation: "reconstruct",
    inputs: ["series.st", "series.tlt"],
    params: { method: "wbp", thickness: 40 },
  });
  const { meta, values } = await read("tomo.mrc");
  expect(meta).toMatchObject({ shape: SHAPE, dtype: "float32", voxelSizeAngstrom: { x: 5, y: 5, z: 5 } });
  const { values: shells } = fourierShellCorrelation(values, PHANTOM, SHAPE, 5);
  for (let shell = 1; shell <= 10; shell++) expect(shells[shell]).toBeGreaterThan(0.95);
  const peak = PHANTOM.indexOf(PHANTOM.reduce((most, value) => Math.max(most, value), 0));
  expect(Math.abs(values[peak] / PHANTOM[peak] - 1)).toBeLessThan(0.1);
});

test("SIRT too, with its residuals; the answer is a line", async () => {
  const sirt = ["--method", "sirt", "--iterations", "8", "--thickness", "40"];
  const { code, stdout } = await cli(...SERIES, ...sirt, "-o", "sirt.mrc", "--json");
  expect(code).toBe(0);
  const { residuals } = JSON.parse(stdout);
  expect(residuals).toHaveLength(9);
  expect(residuals[8]).toBeLessThan(0.3);
  const line = await cli(...SERIES, "--binning", "2", "-o", "half.mrc");
  expect(line.stdout).toMatch(
    /^half\.mrc: 20 × 12 × 5 voxels of 60 images in [\d.]+ s, WebAssembly SIMD, 1 thread\n$/,
  );
  expect((await read("half.mrc")).meta.voxelSizeAngstrom.x).toBe(10);
});

test("the pixel size of an mdoc counts where the header has none", async () => {
  const values = Array.from({ length: 2 * 8 * 8 }, (_, i) => Math.sin(i * i));
  const silent = { cellX: 0, cellY: 0, cellZ: 0 };
  writeFileSync(
    join(folder, "two.st"),
    mrcFixture({ mode: 2, fileShape: [2, 8, 8], values, header: silent }),
  );
  writeFileSync(
    join(folder, "two.st.mdoc"),
    "PixelSpacing = 2.5\n[ZValue = 0]\nTiltAngle = 3\n[ZValue = 1]\nTiltAngle = -3\n",
  );
  const { code, stdout } = await cli(
    "two.st",
    "--tilts",
    "two.st.mdoc",
    "--backend",
    "reference",
    "-o",
    "two.mrc",
    "--json",
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout).tiltsDeg).toEqual([-3, 3]);
  expect((await read("two.mrc")).meta.voxelSizeAngstrom.x).toBe(2.5);
});

test("wrong use and wrong files are told in a sentence, and nothing is written", async () => {
  expect(await cli("series.st", "-o", "no.mrc")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--tilts is missing."),
  });
  writeFileSync(join(folder, "short.tlt"), "0\n3\n");
  const short = await cli("series.st", "--tilts", "short.tlt", "--backend", "reference", "-o", "no.mrc");
  expect(short).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("The numbers of tilts (2) and of images of series.st (60) differ."),
  });
  writeFileSync(join(folder, "bad.tlt"), "0\nthree\n");
  const bad = await cli("series.st", "--tilts", "bad.tlt", "--backend", "reference", "-o", "no.mrc");
  expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining('line 2 has "three"') });
  const half = await cli("series.st", "--tilts", "short.tlt", "--thickness", "2.5", "-o", "no.mrc");
  expect(half).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Thickness must be a whole number"),
  });
  expect(existsSync(join(folder, "no.mrc"))).toBe(false);
});

test.skipIf(!existsSync(RECORDED))(
  "a recorded stack is reconstructed, with tilts that are made up",
  async () => {
    writeFileSync(join(folder, "four.tlt"), "-20\n-10\n0\n10\n");
    const { code, stderr } = await cli(
      fileURLToPath(RECORDED),
      "--tilts",
      "four.tlt",
      "--binning",
      "8",
      "--backend",
      "wasm",
      "--threads",
      "1",
      "-o",
      "four.mrc",
    );
    expect([code, stderr.includes("cannot")]).toEqual([0, false]);
    const { values } = await read("four.mrc");
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.some((value) => value !== values[0])).toBe(true);
  },
);
