import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCaptured } from "../testing/run-captured";
import { runCli } from "./run-cli";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tomoscope-evaluate-"));
  // Two ribosomes found, one of them under a wrong name; a speck that is nothing; one missed.
  const found = [
    "id,label,name,x,y,z,size_voxels,score",
    "1,1,ribosome,10,10,10,900,0.9",
    "2,2,proteasome,40,10,10,800,0.8",
    "3,1,ribosome,70,10,10,20,0.4",
  ];
  writeFileSync(join(folder, "found.csv"), `${found.join("\n")}\n`);
  const truth = [10, 40, 90].map((x) => ({ label: 1, name: "ribosome, free", x, y: 10, z: 10 }));
  writeFileSync(join(folder, "truth.json"), JSON.stringify({ particles: truth }));
  writeFileSync(join(folder, "other.csv"), "label,x,y,z\n1,11,10,10\n1,90,10,10\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function evaluated(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCaptured(runCli, ["evaluate", "found.csv", ...argv], folder);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
}
const written = (name: string) => readFileSync(join(folder, name), "utf8");

test("the table, with F-beta of the beta asked for, and the confusion matrix", async () => {
  const lines = (await evaluated("--truth", "truth.json", "--beta", "2", "--confusion")).split("\n");
  expect(lines[0]).toMatch(/^class +true +found +right +precision +recall +F1 +F2$/);
  // Precision 1/2, recall 1/3: F2 = 5/6 / (4/2 + 1/3).
  expect(lines[1]).toMatch(/^ribosome, free +3 +2 +1 +0\.500 +0\.333 +0\.400 +0\.357$/);
  const matrix = lines.slice(lines.indexOf("") + 1);
  expect(matrix[0]).toMatch(/^true \\ found +ribosome, free +class 2 +background$/);
  expect(matrix.slice(1, 4).map((line) => line.match(/\d+/g)?.slice(-3))).toEqual([
    ["1", "1", "1"],
    ["0", "0", "0"],
    ["1", "0", "0"],
  ]);
});

test("JSON tells the same in full", async () => {
  const evaluation = JSON.parse(await evaluated("--truth", "truth.json", "--json"));
  expect(evaluation).toMatchObject({ beta: 4, radiusVoxels: 10, confusion: { labels: [1, 2] } });
  expect(evaluation.classes[1].fBeta).toBeCloseTo((17 * 0.5) / 3 / (8 + 1 / 3), 12);
});

test("curves against size and score go to a CSV or JSON file", async () => {
  await evaluated("--truth", "truth.json", "--curve", "curve.csv");
  const rows = written("curve.csv").split("\n");
  expect(rows[0]).toBe("label,class,by,threshold,found,right,precision,recall,f1,f_beta");
  expect(rows[1]).toMatch(/^1,"ribosome, free",size_voxels,20,2,1,0.5,/);
  expect(rows[2]).toMatch(/^1,"ribosome, free",size_voxels,900,1,1,1,/);
  expect(rows[3]).toMatch(/^1,"ribosome, free",score,0.4,2,1,0.5,/);
  await evaluated("--truth", "truth.json", "--curve", "curve.json");
  const [bySize] = JSON.parse(written("curve.json"));
  expect(bySize.points.map((point: { threshold: number }) => point.threshold)).toEqual([20, 900]);
});

test("the sets of two lists: any list may stand for the truth", async () => {
  await evaluated("--truth", "other.csv", "--sets", "sets.csv");
  expect(written("sets.csv").trim().split("\n")).toEqual([
    "set,label,x,y,z",
    "both,1,10,10,10",
    "only_a,2,40,10,10",
    "only_a,1,70,10,10",
    "only_b,1,90,10,10",
  ]);
});

test.each([
  [["--beta", "0"], /--beta needs a number above 0, not "0"/],
  [["--curve", "curve.txt"], /--curve curve.txt must end with .csv or .json/],
  [["--sets", "found.csv"], /found.csv/],
])("%j is refused in a sentence, before anything is written", async (flags, sentence) => {
  const before = written("found.csv");
  const run = await runCaptured(runCli, ["evaluate", "found.csv", "--truth", "truth.json", ...flags], folder);
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(sentence);
  expect(written("found.csv")).toBe(before);
});
