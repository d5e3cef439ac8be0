import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AbortError } from "../core/errors";
import { readBeadModel } from "../io/bead-model/read-bead-model";
import { mrcFixture } from "../testing/mrc-fixture";
import { runCaptured } from "../testing/run-captured";
import { runCli } from "./run-cli";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tomoscope-beads-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (argv: string[], signal?: AbortSignal) => runCaptured(runCli, argv, folder, signal);

const SIDE = 14;

/** Two blobs in a box of voxels of 8 Å. */
function writeMap(name: string): number {
  const blob = (x: number, y: number, z: number, i: number) => {
    const [vx, vy, vz] = [i % SIDE, Math.floor(i / SIDE) % SIDE, Math.floor(i / SIDE ** 2)];
    return 50 * Math.exp(-((vx - x) ** 2 + (vy - y) ** 2 + (vz - z) ** 2) / 3);
  };
  const values = Array.from({ length: SIDE ** 3 }, (_, i) => blob(4, 5, 5, i) + 2 * blob(9, 8, 7, i));
  const cell = 8 * SIDE;
  const header = { cellX: cell, cellY: cell, cellZ: cell };
  writeFileSync(join(folder, name), mrcFixture({ mode: 2, fileShape: [SIDE, SIDE, SIDE], values, header }));
  return values.reduce((a, b) => a + b, 0);
}

const read = (name: string) => readBeadModel(new Uint8Array(readFileSync(join(folder, name))), name);

test("a map: the model is written, its electrons are the map's sum, the correlation is said", async () => {
  const sum = writeMap("blobs.mrc");
  const { code, stdout, stderr } = await cli([
    "fit-beads",
    "blobs.mrc",
    "-o",
    "a.beads",
    "--beads",
    "6",
    "--json",
  ]);
  expect(code, stderr).toBe(0);
  const answer = JSON.parse(stdout);
  expect(answer).toMatchObject({ out: "a.beads", voxelSizeAngstrom: 8, electrons: Math.round(sum) });
  expect(answer.fscAtNyquist).toBeGreaterThan(0.9);
  expect(answer.resolutionAt05Angstrom).toBe(16);
  expect(answer.fsc.values).toHaveLength(SIDE / 2 + 1);
  expect(answer.originVoxels.x).toBeCloseTo((4 + 2 * 9) / 3, 1);
  expect(read("a.beads").electrons).toHaveLength(answer.beads);
  expect(readFileSync(join(folder, "a.beads"))).toHaveLength(answer.bytes);

  const again = await cli(["fit-beads", "blobs.mrc", "-o", "b.beads", "--beads", "6"]);
  expect(again.stdout).toContain(`b.beads: ${answer.beads} beads, ${answer.bytes} bytes`);
  expect(again.stdout).toMatch(/16\.0 Å {2}0\.9/);
  expect(readFileSync(join(folder, "b.beads"))).toEqual(readFileSync(join(folder, "a.beads")));
});

test("the amount may be stated: electrons, mass, or what the map's unit stands for; a part may be taken", async () => {
  const sum = writeMap("blobs.mrc");
  const electrons = async (...flags: string[]) => {
    const { stdout } = await cli([
      "fit-beads",
      "blobs.mrc",
      "-o",
      "c.beads",
      "--beads",
      "4",
      "--json",
      ...flags,
    ]);
    return JSON.parse(stdout).electrons;
  };
  expect(await electrons("--electrons", "5000")).toBe(5000);
  expect(await electrons("--mass-kda", "100")).toBe(46_500);
  expect(await electrons("--scale", "2")).toBe(Math.round(2 * sum));
  const small = await electrons("--part", "4,5,5,9,8,7");
  expect(small / sum).toBeCloseTo(1 / 3, 2);
});

test("coordinates: the density of the atoms is fitted, and has their electrons", async () => {
  const atoms = Array.from({ length: 60 }, (_, i) => {
    const at = [20 * Math.cos(i / 5), 20 * Math.sin(i / 5), i - 30]
      .map((v) => v.toFixed(3).padStart(8))
      .join("");
    return `ATOM  ${String(i + 1).padStart(5)}  CA  ALA A${String(i + 1).padStart(4)}    ${at}  1.00  0.00           C  `;
  });
  writeFileSync(join(folder, "helix.pdb"), `${atoms.join("\n")}\nEND\n`);
  const { code, stdout, stderr } = await cli([
    "fit-beads",
    "helix.pdb",
    "-o",
    "h.beads",
    "--beads",
    "40",
    "--json",
  ]);
  expect(code, stderr).toBe(0);
  const answer = JSON.parse(stdout);
  expect(answer.voxelSizeAngstrom).toBe(5);
  expect(Math.abs(answer.electrons - 360)).toBeLessThan(4);
  expect(answer.fscAt20Angstrom).toBeGreaterThan(0.95);
});

test.each([
  [["--beads", "0"], /--beads needs a number above 0, not "0"/],
  [["--beads", "2.5"], /--beads needs a whole number, not "2.5"/],
  [["--part", "1,2,3"], /--part needs 6 numbers/],
  [["--electrons", "9", "--mass-kda", "9"], /give one of them/],
])("wrong use %j exits 2 with a sentence and writes nothing", async (flags, sentence) => {
  writeMap("blobs.mrc");
  const { code, stdout, stderr } = await cli(["fit-beads", "blobs.mrc", "-o", "wrong.beads", ...flags]);
  expect(stderr).toMatch(sentence);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(readdirSync(folder)).not.toContain("wrong.beads");
});

test("a cancel exits 1 and leaves no file", async () => {
  writeMap("blobs.mrc");
  const cancel = new AbortController();
  const run = cli(["fit-beads", "blobs.mrc", "-o", "cancelled.beads"], cancel.signal);
  setTimeout(() => cancel.abort(new AbortError()), 30);
  expect(await run).toMatchObject({ code: 1, stderr: expect.stringContaining("Cancelled") });
  expect(readdirSync(folder)).not.toContain("cancelled.beads");
});
