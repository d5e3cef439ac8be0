import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mrcFixture } from "../testing/mrc-fixture";
import { runCaptured } from "../testing/run-captured";
import { runCli } from "./run-cli";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tomoscope-ctf-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const cli = (...argv: string[]) => runCaptured(runCli, argv, folder);

test("ctf lists the zeros up to Nyquist, and writes the curve that crosses 0 there", async () => {
  const { code, stdout } = await cli(
    "ctf",
    "--defocus",
    "6",
    "--pixel-size",
    "10",
    "--csv",
    "curve.csv",
    "--json",
  );
  expect(code).toBe(0);
  const { zeros, wavelengthAngstrom } = JSON.parse(stdout);
  expect(wavelengthAngstrom).toBeCloseTo(0.0196875, 6);
  // √((nπ − asin 0.07)/(πλΔf)), which C_s changes by less than 0.1 % here.
  expect(zeros).toHaveLength(2);
  for (const [i, { frequencyPerAngstrom, resolutionAngstrom }] of zeros.entries()) {
    const k = Math.sqrt(((i + 1) * Math.PI - Math.asin(0.07)) / (Math.PI * 0.0196875 * 6e4));
    expect(Math.abs(frequencyPerAngstrom / k - 1)).toBeLessThan(1e-3);
    expect(resolutionAngstrom).toBeCloseTo(1 / frequencyPerAngstrom, 9);
  }
  const [head, ...rows] = readFileSync(join(folder, "curve.csv"), "utf8").trim().split("\n");
  expect(head).toBe("frequency_per_angstrom,ctf");
  expect(rows).toHaveLength(1000);
  expect(rows[0]).toBe("0.0000000,-0.070000000");
  const points = rows.map((row) => row.split(",").map(Number));
  const crossings = points.flatMap(([k, value], i) => (i > 0 && value * points[i - 1][1] < 0 ? [k] : []));
  expect(crossings).toHaveLength(2);
  crossings.forEach((k, i) => {
    expect(Math.abs(k - zeros[i].frequencyPerAngstrom)).toBeLessThan(0.05 / 999);
  });
  expect((await cli("ctf", "--defocus", "6", "--pixel-size", "10")).stdout).toBe(
    [
      "Defocus 6 µm, 300 kV (λ 0.019687 Å), C_s 2.7 mm: 2 zeros up to 0.05000 1/Å",
      "  0.02877 1/Å     34.76 Å",
      "  0.04092 1/Å     24.44 Å",
      "",
    ].join("\n"),
  );
});

test("correct-ctf writes a stack of the same size, each image its own section", async () => {
  const values = Array.from({ length: 2 * 16 * 16 }, (_, i) => Math.sin(i * i));
  const cell = { cellX: 64, cellY: 64, cellZ: 2 };
  writeFileSync(join(folder, "a.st"), mrcFixture({ mode: 2, fileShape: [2, 16, 16], values, header: cell }));
  const done = await cli(
    "correct-ctf",
    "a.st",
    "--defocus",
    "3",
    "-o",
    "b.st",
    "--backend",
    "reference",
    "--json",
  );
  expect(done.stderr).toBe("");
  expect(JSON.parse(done.stdout)).toMatchObject({
    out: "b.st",
    shape: [2, 16, 16],
    defociMicrometre: [3, 3],
    provenance: { operation: "correct-ctf", params: { method: "phase-flip", voltageKv: 300 } },
  });
  const info = JSON.parse((await cli("info", "b.st", "--json")).stdout);
  expect(info).toMatchObject({ shape: [2, 16, 16], mode: 2, voxelSizeAngstrom: [4, 4, 1] });
  expect(info.std).toBeGreaterThan(0);
});

test("an mdoc gives each image its defocus, and the pixel size where the header has none", async () => {
  const values = Array.from({ length: 2 * 16 * 16 }, (_, i) => Math.sin(i * i));
  const stack = { mode: 2, fileShape: [2, 16, 16], values } as const;
  writeFileSync(join(folder, "a.st"), mrcFixture({ ...stack, header: { cellX: 64, cellY: 64, cellZ: 2 } }));
  writeFileSync(
    join(folder, "silent.st"),
    mrcFixture({ ...stack, header: { cellX: 0, cellY: 0, cellZ: 0 } }),
  );
  const section = (z: number, tilt: number, defocus: number) =>
    `[ZValue = ${z}]\nTiltAngle = ${tilt}\nTargetDefocus = ${defocus}\n`;
  const mdoc = `PixelSpacing = 4\n\n${section(0, -3, -2.5)}\n${section(1, 3, -3.5)}`;
  writeFileSync(join(folder, "a.mdoc"), mdoc);
  const rest = ["--tilts", "a.mdoc", "--backend", "reference", "--json"];
  const known = JSON.parse((await cli("correct-ctf", "a.st", "-o", "b.st", ...rest)).stdout);
  expect(known).toMatchObject({ defociMicrometre: [2.5, 3.5], provenance: { inputs: ["a.st", "a.mdoc"] } });
  const stated = JSON.parse((await cli("correct-ctf", "silent.st", "-o", "c.st", ...rest)).stdout);
  expect(stated.provenance.params.pixelSizeAngstrom).toBe(4);
  const [b, c] = ["b.st", "c.st"].map((name) => readFileSync(join(folder, name)).subarray(1024));
  expect(c.equals(b)).toBe(true);

  writeFileSync(join(folder, "a.tlt"), "-3\n0\n3\n");
  const { code, stderr } = await cli(
    "correct-ctf",
    "a.st",
    "-o",
    "d.st",
    "--tilts",
    "a.tlt",
    "--defocus",
    "3",
  );
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: "The numbers of tilts (3) and of images of a.st (2) differ.\n",
  });
});

test.each([
  [["ctf", "--defocus", "99"], "Defocus must be a number from -30 to 30, not 99."],
  [["ctf", "--points", "1"], "Points must be a number from 2 to 1000000, not 1."],
  [["correct-ctf"], "STACK is missing."],
])("wrong use %j exits 2 with a sentence and writes nothing", async (argv, sentence) => {
  const { code, stdout, stderr } = await cli(...argv);
  expect(stderr).toContain(sentence);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(readdirSync(folder)).toEqual([]);
});

test("a stack whose defocus nobody knows is refused", async () => {
  const header = { cellX: 16, cellY: 16, cellZ: 1 };
  const values = new Array<number>(16).fill(0);
  writeFileSync(join(folder, "a.st"), mrcFixture({ mode: 2, fileShape: [1, 4, 4], values, header }));
  const { code, stderr } = await cli("correct-ctf", "a.st", "-o", "b.st", "--backend", "reference");
  expect(stderr).toMatch(/^The defocus of the images of a.st is unknown: state it./);
  expect(code).toBe(2);
  expect(readdirSync(folder)).toEqual(["a.st"]);
});
