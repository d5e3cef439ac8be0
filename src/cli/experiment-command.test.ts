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
import { XMLValidator } from "fast-xml-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AbortError } from "../core/errors";
import { runCaptured } from "../testing/run-captured";
import { runCli } from "./run-cli";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tomoscope-experiment-"));
  writeFileSync(join(folder, "tiny.json"), JSON.stringify(RECIPE));
  writeFileSync(join(folder, "taken"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

const RECIPE = {
  name: "Tiny",
  scene: {
    shape: [24, 48, 48],
    voxelSizeAngstrom: 10,
    particles: [
      { name: "20S proteasome", structure: "3j9i", count: 2 },
      { name: "thing", structure: { shape: "sphere", radiusAngstrom: 30, density: 0.3 }, count: 1 },
    ],
  },
  imaging: { route: "direct", tilts: { stepDeg: 3 } },
};
const BACKEND = ["--backend", "wasm", "--threads", "1"];
const GRID = ["--snr", "10,0.01", "--tilts", "60,45", "--seeds", "3"];
const TINY = ["--recipe", "tiny.json", "--model", "starter", "--shape", "16,32,32"];

const cli = (argv: string[], signal?: AbortSignal) =>
  runCaptured(runCli, ["experiment", ...argv], folder, signal);
const inFolder = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");

const WHOLE = ["ch4", ...TINY, ...GRID, ...BACKEND, "--out"];
let whole: ReturnType<typeof cli> | undefined;
/** Runs four tomograms into the folder "a", once for all tests. */
function wholeRun() {
  whole ??= cli([...WHOLE, "a"]);
  return whole;
}

test("ch4 prints classes against conditions, and leaves numbers, table and plot", async () => {
  const { code, stdout, stderr } = await wholeRun();
  expect(code, stderr).toBe(0);
  const lines = stdout.split("\n");
  const cells = (line: string) => line.split(/\s{2,}/).map((cell) => cell.trim());
  expect(cells(lines[0])).toEqual(["tilts", "±45°", "±45°", "±60°", "±60°"]);
  expect(cells(lines[1])).toEqual(["SNR", "0.01", "10", "0.01", "10"]);
  expect(lines.map((line) => cells(line)[0])).toEqual(
    expect.arrayContaining(["20S proteasome", "TRiC", "mean"]),
  );
  expect(lines.find((line) => line.startsWith("TRiC"))).toMatch(/TRiC +0 +– +– +– +–$/);
  expect(stdout).toMatch(/It does not know thing: they count as background/);
  expect(stdout).toMatch(/ch4.json, ch4.csv, ch4.svg are in a/);

  expect(readdirSync(join(folder, "a")).sort()).toEqual(["ch4.csv", "ch4.json", "ch4.svg"]);
  const numbers = JSON.parse(inFolder("a", "ch4.json"));
  expect(numbers).toMatchObject({
    experiment: "ch4",
    model: { name: "starter" },
    recipe: { source: "tiny.json", name: "Tiny", scene: { shape: [16, 32, 32] } },
    seeds: [3],
    snrs: [0.01, 10],
    tiltsDeg: [45, 60],
    radiusVoxels: 10,
    localize: { method: "components" },
  });
  expect(numbers.version).toMatch(/^\d+\.\d+/);
  const truths = numbers.conditions.map(
    (each: { classes: Record<string, { truth: number }> }) => each.classes[4].truth,
  );
  expect(truths).toEqual([truths[0], truths[0], truths[0], truths[0]]);

  const rows = inFolder("a", "ch4.csv").trim().split("\n");
  expect(rows[0]).toBe("tilt_deg,snr,measured_snr,label,class,true,found,right,precision,recall,f1");
  expect(rows).toHaveLength(1 + 4 * 4);
  expect(rows.find((row) => row.includes("TRiC"))).toMatch(/^45,0\.01,0\.0\d+,5,TRiC,0,.*,$/);
  const svg = inFolder("a", "ch4.svg");
  expect(XMLValidator.validate(svg)).toBe(true);
  expect(svg).toContain("20S proteasome");
  expect(svg).not.toContain("TRiC");
});

test("as JSON, without a folder, with a model that is chosen", async () => {
  const args = ["ch4", "--recipe", "tiny.json", "--shape", "8,32,32", "--snr", "1", "--tilts", "60"];
  const { code, stdout, stderr } = await cli([...args, "--seeds", "3", ...BACKEND, "--json"]);
  expect(code, stderr).toBe(0);
  const { conditions, model } = JSON.parse(stdout);
  expect(conditions).toHaveLength(1);
  expect(model.name).toMatch(/\w/);
});

test("what is asked wrongly gets one sentence, and nothing is left", async () => {
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [[], 2, /NAME is missing/],
    [["ch9"], 2, /There is no experiment "ch9"; there are: ch2, ch4/],
    [["ch4", "--snr", "a"], 2, /--snr needs numbers with commas between them, not "a"/],
    [["ch4", "--seeds", "1,1"], 2, /--seeds names 1 twice/],
    [["ch4", "--radius-voxels", "0"], 2, /--radius-voxels needs a number above 0/],
    [
      ["ch4", "--preset", "teaching", "--recipe", "tiny.json"],
      2,
      /Give a --preset or a --recipe, and not both/,
    ],
    [["ch4", ...TINY, "--snr", "0", ...BACKEND], 2, /SNR must be a number from 0.001 to 1000/],
    [["ch4", ...TINY, "--tilts", "120", ...BACKEND, "--out", "c"], 2, /Lowest tilt must be a number/],
    [["ch4", ...TINY, "--model", "none"], 2, /There is no model "none"/],
    [["ch4", ...TINY, "--out", "taken"], 1, /taken cannot be written/],
    [["ch4", ...TINY, "--continue"], 2, /--continue needs the --out of the run that stopped/],
    [["ch2", "--continue"], 2, /The experiment ch2 has no flag --continue/],
    [["ch4", "--preset", "shrec", "--model", "starter", ...BACKEND], 1, /The model "starter" knows/],
  ];
  for (const [argv, expected, sentence] of cases) {
    const { code, stdout, stderr } = await cli([...argv]);
    expect(stderr, argv.join(" ")).toMatch(sentence);
    expect([code, stdout]).toEqual([expected, ""]);
  }
  expect(existsSync(join(folder, "c"))).toBe(false);
});

test("a cancelled experiment leaves the folder as it was", async () => {
  mkdirSync(join(folder, "kept"));
  writeFileSync(join(folder, "kept", "ch4.csv"), "before");
  const { code, stderr } = await cli(["ch4", ...TINY, ...BACKEND, "--out", "kept"], AbortSignal.abort());
  expect([code, stderr]).toEqual([1, "Cancelled: nothing was written.\n"]);
  expect(readdirSync(join(folder, "kept"))).toEqual(["ch4.csv"]);
  expect(inFolder("kept", "ch4.csv")).toBe("before");
});

/** Runs an experiment and stops it when it says a line that begins so. */
async function stoppedAt(beginning: string, argv: string[]) {
  const cancel = new AbortController();
  let said = "";
  const stderr = {
    write(text: string) {
      said += text;
      if (text.startsWith(beginning)) cancel.abort(new AbortError());
    },
  };
  const io = { stdout: { write() {} }, stderr, signal: cancel.signal, cwd: folder };
  return { code: await runCli(["experiment", ...argv], io), said };
}

test("a run that was stopped keeps its tomograms, and goes on to the same files", async () => {
  const { stdout, stderr } = await wholeRun();
  expect(stderr).toMatch(/^1 of 4: seed 3, SNR 0\.01, ±45°: F1 20S proteasome \d\.\d{3}, mean \d\.\d{3}$/m);
  expect(stderr).toMatch(/^4 of 4: seed 3, SNR 10, ±60°: F1 /m);

  // Nothing is there to go on from: it begins at the beginning.
  const { code, said } = await stoppedAt("3 of 4:", [...WHOLE, "b", "--continue"]);
  expect(code, said).toBe(1);
  expect(said).toMatch(
    /Cancelled: b.ch4\.json\.part has the scores of 3 of the 4 tomograms; --continue goes on from there\.\n$/,
  );
  expect(readdirSync(join(folder, "b"))).toEqual(["ch4.json.part"]);

  const rest = await cli([...WHOLE, "b", "--continue"]);
  expect(rest.code, rest.stderr).toBe(0);
  expect(rest.stderr).toMatch(/^3 of 4 tomograms are taken over from b.ch4\.json\.part\.$/m);
  expect(rest.stderr.match(/^\d of 4: /gm)).toEqual(["4 of 4: "]);
  expect(rest.stdout).toBe(stdout.replace("are in a", "are in b"));
  expect(readdirSync(join(folder, "b")).sort()).toEqual(["ch4.csv", "ch4.json", "ch4.svg"]);
  for (const name of ["ch4.json", "ch4.csv", "ch4.svg"])
    expect(inFolder("b", name)).toBe(inFolder("a", name));
});

test("what a stopped run left is neither lost unasked nor taken over by another", async () => {
  const args = ["ch4", ...TINY, "--snr", "10", "--tilts", "60", "--seeds", "3", ...BACKEND];
  expect((await stoppedAt("1 of 2:", [...args, "--tilts", "60,70", "--out", "left"])).code).toBe(1);
  const left = inFolder("left", "ch4.json.part");
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [[], 2, /left.ch4\.json\.part is of a run that stopped: --continue goes on from there/],
    [
      ["--continue", "--tilts", "60,70", "--model", "cell"],
      1,
      /was left by a run that differs in model: take/,
    ],
    [["--continue", "--seeds", "3,4", "--snr", "2"], 1, /differs in seeds, SNRs, tilt ranges:/],
    [
      ["--continue", "--tilts", "60,70", "--shape", "16,32,40", "--min-voxels", "4=7"],
      1,
      /differs in recipe, localization:/,
    ],
    [
      ["--continue", "--tilts", "60,70", "--threads", "2", "--radius-voxels", "9"],
      1,
      /differs in backend, matching radius:/,
    ],
  ];
  for (const [flags, code, sentence] of cases) {
    const refused = await cli([...args, "--out", "left", ...flags]);
    expect(refused.stderr, flags.join(" ")).toMatch(sentence);
    expect([refused.code, refused.stdout]).toEqual([code, ""]);
  }
  expect(inFolder("left", "ch4.json.part")).toBe(left);

  writeFileSync(join(folder, "left", "ch4.json.part"), '{"job": {}, "finished": [{"seed": 3}]}');
  const broken = await cli([...args, "--out", "left", "--continue"]);
  expect([broken.code, broken.stdout]).toEqual([1, ""]);
  expect(broken.stderr).toMatch(/no list of finished tomograms \(left.ch4\.json\.part\): finished\[0\]\.snr/);
});
