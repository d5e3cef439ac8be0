import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { XMLValidator } from "fast-xml-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCaptured } from "../testing/run-captured";
import { runCli } from "./run-cli";

const TUBE = "../shared/data/tomograms/13pf_MT.mrc";
const SMALL = ["--size", "16", "--iterations", "3", "--burn-in", "1", "--backend", "wasm", "--threads", "1"];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tomoscope-restoration-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (argv: string[], signal?: AbortSignal) =>
  runCaptured(runCli, ["experiment", "ch2", ...argv], folder, signal);
const inFolder = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");

test("a part prints its methods, and leaves numbers, table and plot", async () => {
  const { code, stdout, stderr } = await cli(["map-mmse", ...SMALL, "--at-noise", "0.1", "--out", "a"]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^method +noise +PSNR dB +CCC +accepted +settled\n/);
  expect(stdout).toMatch(/MMSE \(mean\) +0\.1 +\d+\.\d\d +-?0\.\d{3} +\d+ % +\d/);
  expect(stdout).toMatch(/MAP \(most frequent\) +0\.1 .* –\n/);
  expect(stdout).toContain(
    "3j9i, 16 × 16 × 16 voxels, tilts -60° to 60°, 3 iterations, 1 of burn-in, seed 1",
  );
  expect(readdirSync(join(folder, "a")).sort()).toEqual(["ch2-map-mmse.svg", "ch2.csv", "ch2.json"]);
  const numbers = JSON.parse(inFolder("a", "ch2.json"));
  expect(numbers).toMatchObject({ experiment: "ch2", structure: "3j9i", noise: 0.1, parts: ["map-mmse"] });
  expect(numbers.truth).toBeUndefined();
  expect(numbers.scores.map(({ curve }: { curve: number[] }) => curve.length)).toEqual([3, 0]);
  const rows = inFolder("a", "ch2.csv").trim().split("\n");
  expect(rows[0]).toBe("part,method,noise,psnr_db,ccc,acceptance_rate");
  expect(rows).toHaveLength(3);
  const svg = inFolder("a", "ch2-map-mmse.svg");
  expect(XMLValidator.validate(svg)).toBe(true);
  expect(svg).toContain("PSNR in dB");
});

test("what is asked wrongly gets one sentence", async () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [["ch9"], /ch2 has no part "ch9"; there are: denoisers, beta, .*, microtubule/],
    [["beta", "--size", "9"], /--size needs a whole number from 16 to 256, not "9"/],
    [["beta", "--burn-in", "90"], /--burn-in needs a whole number from 0 to 89, not "90"/],
    [["beta", "--tilt", "60"], /--tilt needs two numbers/],
    [["beta", "--at-noise", "1,2"], /--at-noise needs one number/],
    [["noise", "--noise", "-1,1"], /Noise is 0 or more/],
    [["denoisers", "--denoisers", "bm4d,x"], /There is no denoiser "x"; there are: bm4d/],
    [["microtubule"], /--input is missing/],
    [["beta", "energies"], /takes no further operand "energies"/],
    [["beta", "--snr", "1"], /The experiment ch2 has no flag --snr/],
  ];
  for (const [argv, sentence] of cases) {
    const { code, stdout, stderr } = await cli(argv);
    expect(stderr, argv.join(" ")).toMatch(sentence);
    expect([code, stdout]).toEqual([2, ""]);
  }
  const other = await runCaptured(runCli, ["experiment", "ch4", "beta"], folder);
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("The experiment ch4 has no parts")]);
});

test("a cancelled run keeps the methods that were finished, and one that finished none leaves nothing", async () => {
  const early = await cli(["beta", ...SMALL, "--out", "none"], AbortSignal.abort());
  expect([early.code, early.stderr]).toEqual([1, "Cancelled: nothing was written.\n"]);
  expect(existsSync(join(folder, "none"))).toBe(false);

  /** A signal that counts how often it is asked, and is aborted from the n-th time on. */
  const countedSignal = (n: number) => {
    const counter = { asked: 0 };
    const { signal } = new AbortController();
    const counted = new Proxy(signal, {
      get: (target, name) => (name === "aborted" ? ++counter.asked >= n : Reflect.get(target, name, target)),
    });
    return { counter, signal: counted };
  };
  const whole = countedSignal(Number.POSITIVE_INFINITY);
  expect((await cli(["beta", ...SMALL], whole.signal)).code).toBe(0);
  const { signal } = countedSignal(Math.round(0.7 * whole.counter.asked));
  const { code, stdout, stderr } = await cli(["beta", ...SMALL, "--out", "b"], signal);
  const { scores } = JSON.parse(inFolder("b", "ch2.json"));
  expect(scores).toHaveLength(2);
  expect([code, stderr]).toEqual([
    1,
    `Cancelled: the ${scores.length} methods that were finished are in b.\n`,
  ]);
  expect(stdout).toContain("β = 0.000015");
});

test.skipIf(!existsSync(TUBE))("a microtubule gives two shares and a picture", async () => {
  const tube = join(process.cwd(), TUBE);
  const box = ["--box", "0,100,30,36,110,66", "--tilt", "-60,60", "--iterations", "2", "--burn-in", "1"];
  const run = ["microtubule", "--input", tube, ...box, "--backend", "wasm", "--threads", "1"];
  const { code, stdout, stderr } = await cli([...run, "--out", "tube"]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(
    /^tilts -60° to 60°, noise level 0\.\d+, \d+ % accepted\nof the wall \d+ % is brighter/,
  );
  const png = decode(readFileSync(join(folder, "tube", "ch2-microtubule.png")));
  expect([png.channels, png.width > png.height / 2]).toEqual([3, true]);
  const asJson = await cli([...run, "--json"]);
  expect(JSON.parse(asJson.stdout)).toMatchObject({ wedge: { minTiltDeg: -60, maxTiltDeg: 60 } });
  const bad = await cli([...run.slice(0, 3), "--box", "0,0,0,99,99,99"]);
  expect(bad.stderr).toMatch(/--box must be six whole numbers .* within the volume, not "0,0,0,99,99,99"/);
});
