import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wholeBox } from "../core/volume/shape";
import { memorySource } from "../io/source/memory-source";
import { openVolume } from "../io/volume/open-volume";
import { runCaptured } from "../testing/run-captured";
import { runCli } from "./run-cli";

const atom = (chain: string, x: number, residue = "ALA") =>
  `ATOM      1  CA  ${residue} ${chain}   1    ${x.toFixed(3).padStart(8)}   2.000   3.000  1.00 20.00           C`;
const rows = (shift: number) =>
  [1, 2, 3].map((row) => {
    const cells = [1, 2, 3].map((column) => (row === column ? "1.0" : "0.0"));
    return `REMARK 350   BIOMT${row}   ${shift + 1} ${cells.join(" ")} ${row === 1 ? 40 * shift : 0}`;
  });
const PDB = [
  "REMARK 350 BIOMOLECULE: 1",
  "REMARK 350 APPLY THE FOLLOWING TO CHAINS: A",
  ...rows(0),
  ...rows(1),
  atom("A", 0),
  atom("A", 9, "HOH"),
  "END",
].join("\n");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tomoscope-density-"));
  writeFileSync(join(folder, "two.pdb.gz"), gzipSync(PDB));
  writeFileSync(join(folder, "none.pdb"), "HEADER    X\nEND\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (...argv: string[]) => runCaptured(runCli, argv, folder);

async function voxelsOf(name: string) {
  const volume = await openVolume(memorySource(readFileSync(join(folder, name)), name));
  return { meta: volume.meta, values: await volume.readBox(wholeBox(volume.meta.shape)) };
}

test("map and mask of the biological assembly, with what was left out", async () => {
  const argv = ["density", "two.pdb.gz", "-o", "map.mrc", "--mask", "mask.mrc", "--json"];
  const { code, stdout, stderr } = await cli(...argv);
  expect([code, stderr]).toEqual([0, ""]);
  const answer = JSON.parse(stdout);
  expect(answer).toMatchObject({
    out: "map.mrc",
    mask: "mask.mrc",
    notes: ["two.pdb.gz: 1 atom of water left out."],
  });
  expect(answer.provenance).toMatchObject({ operation: "density", inputs: ["two.pdb.gz"] });
  const map = await voxelsOf("map.mrc");
  const { side } = answer;
  expect(map.meta).toMatchObject({
    shape: [side, side, side],
    dtype: "float32",
    voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
  });
  // Two carbons, two voxels either way from the middle.
  const middle = (side ** 3 - 1) / 2;
  expect(Math.abs(answer.electrons - 12)).toBeLessThan(0.6);
  expect(map.values[middle + 2]).toBeCloseTo(map.values[middle - 2], 6);
  expect(map.values[middle + 2]).toBe(map.values.reduce((a, b) => Math.max(a, b)));
  const mask = await voxelsOf("mask.mrc");
  expect([-2, 0, 2].map((step) => mask.values[middle + step])).toEqual([1, 0, 1]);
});

test("--assembly none takes the atoms as they stand; a map made so is read as a structure again", async () => {
  const plain = await cli(
    "density",
    "two.pdb.gz",
    "-o",
    "one.mrc",
    "--assembly",
    "none",
    "--voxel-size",
    "4",
    "--resolution",
    "12",
  );
  expect(plain).toMatchObject({ code: 0, stderr: "" });
  expect(plain.stdout).toMatch(
    /^one\.mrc: (\d+) × \1 × \1 voxels of 4 Å at 12 Å, 6 electrons\n {2}two\.pdb\.gz: 1 atom of water left out\.\n$/,
  );
  const again = await cli(
    "density",
    "one.mrc",
    "-o",
    "again.mrc",
    "--voxel-size",
    "6",
    "--resolution",
    "20",
    "--json",
  );
  expect(Math.abs(JSON.parse(again.stdout).electrons - 6)).toBeLessThan(0.1);
});

test.each([
  [["two.pdb.gz"], 2, "--out is missing."],
  [
    ["two.pdb.gz", "-o", "x.mrc", "--assembly", "all"],
    2,
    '--assembly needs a number from 1 on, or none, not "all".',
  ],
  [["two.pdb.gz", "-o", "x.mrc", "--assembly", "4"], 1, "two.pdb.gz describes no assembly 4: it has 1."],
  [
    ["two.pdb.gz", "-o", "x.mrc", "--resolution", "15"],
    2,
    "The resolution must be at least two voxels (20 Å), not 15 Å.",
  ],
  [["none.pdb", "-o", "x.mrc"], 1, "none.pdb has no atoms."],
  [["missing.pdb", "-o", "x.mrc"], 1, "there is no such file"],
])("%s", async (argv, code, sentence) => {
  const answer = await cli("density", ...argv);
  expect(answer.stderr).toContain(sentence);
  expect(answer.code).toBe(code);
  expect(readdirSync(folder)).not.toContain("x.mrc");
});
