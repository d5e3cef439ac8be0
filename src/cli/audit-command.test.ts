import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wedgeMask } from "../core/fourier/wedge";
import { type Box, boxShape, type Shape3, wholeBox } from "../core/volume/shape";
import { createMrcSink } from "../io/mrc/mrc-writer";
import { createBlobSink } from "../io/source/blob-sink";
import { memorySource } from "../io/source/memory-source";
import { openVolume } from "../io/volume/open-volume";
import { barrel, degrade } from "../testing/degrade";
import { runCaptured } from "../testing/run-captured";
import { runCli } from "./run-cli";

const SHAPE: Shape3 = [20, 16, 24];
const MEASURED = wedgeMask(SHAPE, { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" });
const STRUCTURE = barrel(SHAPE);
const ORIGINAL = degrade(STRUCTURE, SHAPE, MEASURED, 0.05, 1);
const FILLED = degrade(
  STRUCTURE,
  SHAPE,
  MEASURED.map((measured) => 1 - measured),
  0,
  0,
);

let folder: string;
async function write(name: string, values: Float32Array, box: Box = wholeBox(SHAPE)) {
  const shape = boxShape(box);
  const [, ny, nx] = SHAPE;
  const part = Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, i) => {
    const [z, y, x] = [
      Math.floor(i / (shape[1] * shape[2])),
      Math.floor(i / shape[2]) % shape[1],
      i % shape[2],
    ];
    return values[((box.z0 + z) * ny + box.y0 + y) * nx + box.x0 + x];
  });
  const bytes = createBlobSink();
  const sink = createMrcSink(
    {
      role: "restored",
      name,
      shape,
      dtype: "float32",
      voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
      originAngstrom: { x: 10 * box.x0, y: 10 * box.y0, z: 10 * box.z0 },
    },
    bytes,
  );
  await sink.write(part);
  await sink.close();
  writeFileSync(join(folder, name), new Uint8Array(await bytes.blob().arrayBuffer()));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tomoscope-audit-"));
  const restored = ORIGINAL.map((value, i) => value + FILLED[i]);
  await write("original.mrc", ORIGINAL);
  await write("restored.mrc", restored);
  await write("truth.mrc", STRUCTURE);
  await write("std.mrc", new Float32Array(ORIGINAL.length).fill(0.1));
  await write("part.mrc", restored, { z0: 2, y0: 3, x0: 4, z1: 18, y1: 13, x1: 20 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const audit = (...args: string[]) =>
  runCaptured(runCli, ["audit", "original.mrc", ...args, "--backend", "reference"], folder);
const bytesOf = (name: string) => readFileSync(join(folder, name));

test("the page, the figures and the maps of a restoration that kept what was measured", async () => {
  const { code, stdout, stderr } = await audit(
    ...["restored.mrc", "--reference", "truth.mrc", "--std", "std.mrc", "--borders", "as-is"],
    ...["-o", "audit.pdf", "--figures", "audit.json", "--change", "change.mrc", "--uncertain", "mask.mrc"],
  );
  expect([code, stderr.includes("rror")]).toEqual([0, false]);
  expect(stdout).toContain("What was measured was kept: nothing of it changed beyond rounding.");
  expect(bytesOf("audit.pdf").subarray(0, 5).toString()).toBe("%PDF-");
  const figures = JSON.parse(bytesOf("audit.json").toString());
  expect(figures).toMatchObject({
    format: "tomoscope-audit",
    volumes: { original: "original.mrc", restored: "restored.mrc", reference: "truth.mrc", std: "std.mrc" },
    voxelSizeAngstrom: 10,
    lengthUnit: "Å",
    provenance: { operation: "audit", params: { tilt: [-60, 60], borders: "as-is" } },
  });
  expect(figures.pictures).toBeUndefined();
  expect(figures.correlations).toHaveLength(4);
  const change = await openVolume(memorySource(bytesOf("change.mrc"), "change.mrc"));
  const values = await change.readBox(wholeBox(SHAPE));
  expect(Math.max(...values.map(Math.abs))).toBeLessThan(1e-5);
  const mask = await openVolume(memorySource(bytesOf("mask.mrc"), "mask.mrc"));
  expect([...new Set(await mask.readBox(wholeBox(SHAPE)))].sort()).toEqual([0, 1]);
});

test("a restored box is found by its header's origin; a page as SVG tells where it lies", async () => {
  const { stdout } = await audit("part.mrc", "--json", "-o", "part.svg");
  expect(JSON.parse(stdout).box).toEqual({ z0: 2, y0: 3, x0: 4, z1: 18, y1: 13, x1: 20 });
  const svg = bytesOf("part.svg").toString();
  expect(svg).toContain("x 4 to 19, y 3 to 12, z 2 to 17 of the original: 16 × 10 × 16 voxels of 10 Å");
  const elsewhere = await audit("part.mrc", "--at", "0,6,0");
  expect(elsewhere.stdout).not.toContain("kept");
});

test("two volumes are correlated over all of Fourier space, and over the missing wedge alone", async () => {
  const correlate = (other: string, ...flags: string[]) =>
    runCaptured(
      runCli,
      ["correlate", "truth.mrc", other, "--borders", "as-is", "--backend", "reference", ...flags],
      folder,
    );
  const right = JSON.parse((await correlate("restored.mrc", "--json")).stdout);
  expect(right.cfsc.resolutions).toMatchObject({ "0.5": 20, "0.143": 20 });
  for (const value of right.cfsc.values) if (value !== null) expect(value).toBeCloseTo(1, 3);
  const { stdout } = await correlate("original.mrc", "-o", "curves.csv");
  expect(stdout).toMatch(/^FSC +down to: 0\.5 .* Å.*\ncFSC +down to: 0\.5 nowhere/);
  const [head, ...rows] = bytesOf("curves.csv").toString().trim().split("\n");
  expect([head.split(",").length, rows.length]).toEqual([7, 13]);
  expect((await correlate("part.mrc")).stderr).toContain("they must be as many");
});

test("what cannot be done is said before anything is computed", async () => {
  for (const [args, sentence] of [
    [["restored.mrc", "-o", "page.png"], "--out needs a .pdf or an .svg"],
    [["restored.mrc", "--uncertain", "mask.mrc"], "--uncertain needs a deviation"],
    [["part.mrc", "--at", "1,2"], "--at needs three whole numbers"],
    [["part.mrc", "--at", "9,9,9"], "does not lie within original.mrc"],
  ] as const) {
    const { code, stderr } = await audit(...args);
    expect([code > 0, stderr]).toEqual([true, expect.stringContaining(sentence)]);
  }
});
