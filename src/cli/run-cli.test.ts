import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AbortError } from "../core/errors";
import { runCaptured } from "../testing/run-captured";
import { runCli } from "./run-cli";

const PUBLIC = fileURLToPath(new URL("../../public/", import.meta.url));
const SHARED = fileURLToPath(new URL("../../../shared/", import.meta.url));
const SAMPLE = join(PUBLIC, "samples/cell-sample.mrc");
const TRUTH = join(PUBLIC, "samples/cell-sample-truth.json");
const LABELS = join(SHARED, "model/cell-sample-labels.mrc.gz");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tomoscope-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (argv: string[], signal?: AbortSignal) => runCaptured(runCli, argv, folder, signal);

/** Runs a command that must succeed and print JSON. */
async function json(...argv: string[]) {
  const { code, stdout, stderr } = await cli(argv);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe("use", () => {
  test("--help lists the commands, COMMAND --help its flags with defaults", async () => {
    const main = await cli(["--help"]);
    expect(main.code).toBe(0);
    for (const name of ["info", "convert", "restore", "segment", "localize", "evaluate"])
      expect(main.stdout).toContain(`\n  ${name} `);
    const localize = await cli(["localize", "--help"]);
    expect(localize.code).toBe(0);
    expect(localize.stdout).toContain("Usage: tomoscope localize LABELS [OPTIONS]");
    expect(localize.stdout).toContain("-o, --out FILE");
    expect(localize.stdout).toMatch(/--method NAME\n.*\n? +.*default components/);
  });

  test("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await cli(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test.each([
    [["paint"], /no command "paint"/],
    [["info"], /FILE is missing/],
    [["info", "a.mrc", "b.mrc"], /no further operand "b.mrc"/],
    [["info", "a.mrc", "--colour"], /info has no flag --colour/],
    [["info", "a.mrc", "--json=yes"], /--json takes no value/],
    [["evaluate", "a.json"], /--truth is missing/],
    [
      ["evaluate", "a.json", "--truth", "t.json", "--radius-voxels", "-3"],
      /needs a number above 0, not "-3"/,
    ],
    [["convert", SAMPLE, "-o"], /-o needs a value/],
    [
      ["convert", SAMPLE, "-o", "a.mrc.gz"],
      /--out a.mrc.gz ends with .gz, but results are written uncompressed/,
    ],
    [["convert", SAMPLE, "-o", "--json"], /-o needs a value/],
    [["convert", SAMPLE, "--out", "--mode", "2"], /--out needs a value/],
    [["convert", SAMPLE], /--out is missing/],
    [["convert", SAMPLE, "-o", "a.mrc", "--mode", "3"], /Mode must be one of auto, 0, 1, 2, 6, 12, not "3"/],
    [["convert", SAMPLE, "-o", "a.mrc", "--crop", "0,0,0,1"], /--crop needs 6 numbers/],
    [
      ["convert", SAMPLE, "-o", "a.mrc", "--crop", "-1,0,0,9,9,9"],
      /Crop -1,0,0 to 9,9,9 does not lie within/,
    ],
    [["localize", SAMPLE, "--min-voxels", "7"], /--min-voxels needs pairs such as 2=500,3=800, not "7"/],
    [["localize", SAMPLE, "--min-voxels", "9=3"], /names class 9; the particles .* "cell" are 2, 3, 4, 5/],
    [["localize", SAMPLE, "--model", "nobody"], /There is no model "nobody"/],
  ])("wrong use %j exits 2 with a sentence and writes nothing", async (argv, sentence) => {
    const { code, stdout, stderr } = await cli(argv);
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    [["info", "absent.mrc"], /absent.mrc cannot be opened: there is no such file/],
    [["info", TRUTH], /cell-sample-truth.json/],
    [["localize", SAMPLE], /This is no label map: the voxel/],
    [["evaluate", "absent.json", "--truth", TRUTH], /absent.json cannot be read: there is no such file/],
    [["localize", SAMPLE, "-o", "list.txt"], /list.txt is no particle file/],
  ])("failure %j exits 1 with a sentence", async (argv, sentence) => {
    const { code, stdout, stderr } = await cli(argv);
    expect(stderr).toMatch(sentence);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  test("a cancel exits 1 and leaves no half file", async () => {
    const cancel = new AbortController();
    cancel.abort(new AbortError());
    const { code, stderr } = await cli(["convert", SAMPLE, "-o", "cancelled.mrc"], cancel.signal);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "Cancelled: nothing was written.\n" });
    expect(readdirSync(folder)).toEqual([]);
  });
});

interface Fact {
  readonly format: string;
  readonly shape?: number[];
  readonly mode?: number;
  readonly voxel_size?: number[];
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
  readonly std?: number;
  readonly data?: null;
  readonly header?: { readonly mapc_mapr_maps: number[] };
}

describe("info", () => {
  test("text names size, type, voxel size and values", async () => {
    const { stdout, code } = await cli(["info", SAMPLE]);
    expect(code).toBe(0);
    expect(stdout).toContain("224 × 224 × 96 voxels (x, y, z)");
    expect(stdout).toContain("int8, mode 0");
    expect(stdout).toContain("10 × 10 × 10 Å");
  });

  test("--strict refuses what is otherwise a warning", async () => {
    const stamped = positiveMrc();
    stamped.fill(0, 212, 216);
    writeFileSync(join(folder, "stamp.mrc"), stamped);
    const { warnings } = await json("info", "stamp.mrc", "--json");
    expect(warnings).toEqual([expect.stringMatching(/machine stamp 00000000 is unknown/)]);
    const { code, stdout, stderr } = await cli(["info", "stamp.mrc", "--strict", "--json"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^stamp.mrc: The machine stamp 00000000 is unknown/);
  });

  const factsFile = join(SHARED, "data/facts.json");
  const facts: Record<string, Fact> = existsSync(factsFile)
    ? JSON.parse(readFileSync(factsFile, "utf8"))
    : {};
  const volumes = Object.entries(facts).filter(([, { format }]) => format === "MRC" || format === "EM");
  /** facts.json was summed exactly; ours differs by the rounding of sums in f64. */
  const RELATIVE_TOLERANCE = 1e-12;

  test.skipIf(volumes.length === 0)(
    `--json equals the facts of ${volumes.length} files (third-party data)`,
    async () => {
      for (const [path, fact] of volumes) {
        const file = join(SHARED, "data", path);
        if (!fact.shape) {
          expect(await cli(["info", file, "--json"]), path).toMatchObject({ code: 1, stdout: "" });
          continue;
        }
        const info = await json("info", file, "--json");
        const axes = fact.header?.mapc_mapr_maps ?? [1, 2, 3];
        const [sections, rows, columns] = fact.shape;
        const along = (axis: number) => [columns, rows, sections][axes.indexOf(axis)];
        expect(info.shape, path).toEqual([along(3), along(2), along(1)]);
        expect(info.fileShape, path).toEqual(axes.join() === "1,2,3" ? undefined : fact.shape);
        expect(info.mode, path).toBe(fact.mode ?? null);
        if (fact.voxel_size) expect(info.voxelSizeAngstrom, path).toEqual(fact.voxel_size);
        if (fact.data === null) {
          expect([info.min, info.max, info.mean, info.std], path).toEqual([null, null, null, null]);
          expect(info.warnings.length, path).toBeGreaterThan(0);
          continue;
        }
        expect([info.min, info.max], path).toEqual([fact.min, fact.max]);
        const tolerance = RELATIVE_TOLERANCE * Math.max(Math.abs(info.min), Math.abs(info.max));
        expect(Math.abs(info.mean - (fact.mean ?? 0)), path).toBeLessThanOrEqual(tolerance);
        expect(Math.abs(info.std - (fact.std ?? 0)), path).toBeLessThanOrEqual(tolerance);
      }
    },
  );
});

describe("convert", () => {
  test.each(["0", "1", "2", "6", "12"])(
    "mode %s keeps the voxels of a crop, the voxel size and the corner",
    async (mode) => {
      const crop = "40,100,80,53,117,103"; // 13 × 17 × 23
      // The sample is signed: unsigned integers hold its labels only.
      const input = mode === "6" ? join(folder, "positive.mrc") : SAMPLE;
      if (mode === "6") writeFileSync(input, positiveMrc());
      const argv = mode === "6" ? [] : ["--crop", crop];
      const out = `mode-${mode}.mrc`;
      const done = await json("convert", input, "-o", out, "--mode", mode, ...argv, "--json");
      expect(done.out).toBe(out);
      const info = await json("info", out, "--json");
      expect(info).toMatchObject({ mode: Number(mode), voxelSizeAngstrom: [10, 10, 10], warnings: [] });
      if (mode === "6") expect(info).toMatchObject({ shape: [1, 2, 2], min: 0, max: 60000 });
      else {
        expect(info.shape).toEqual([13, 17, 23]);
        const first = await json("info", "mode-0.mrc", "--json");
        expect([info.min, info.max, info.mean]).toEqual([first.min, first.max, first.mean]);
      }
    },
  );

  test("a result never replaces its input, by whatever name", async () => {
    const input = join(folder, "input.mrc");
    writeFileSync(input, positiveMrc());
    symlinkSync(input, join(folder, "other-name.mrc"));
    for (const out of ["input.mrc", "./input.mrc", "other-name.mrc"]) {
      const { code, stderr } = await cli(["convert", "input.mrc", "-o", out]);
      expect(stderr).toMatch(`--out ${out} would replace the input input.mrc: give another name.`);
      expect(code).toBe(2);
    }
    expect(new Uint8Array(readFileSync(input))).toEqual(positiveMrc());
  });

  test("a value that does not fit names itself and leaves no file", async () => {
    const input = join(folder, "positive.mrc");
    writeFileSync(input, positiveMrc());
    const { code, stderr } = await cli(["convert", input, "-o", "small.mrc", "--mode", "0"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/60000 does not fit int8/);
    expect(readdirSync(folder).filter((name) => name.startsWith("small"))).toEqual([]);
  });
});

/** A float MRC of 2 × 2 × 1 voxels at 10 Å: 0, 1, 2, 60000. */
function positiveMrc(): Uint8Array {
  const bytes = new Uint8Array(1024 + 16);
  const integers = new Int32Array(bytes.buffer);
  const floats = new Float32Array(bytes.buffer);
  integers.set([2, 2, 1, 2, 0, 0, 0, 2, 2, 1]);
  floats.set([20, 20, 10, 90, 90, 90], 10);
  integers.set([1, 2, 3], 16);
  integers[22] = 1;
  bytes.set(new TextEncoder().encode("MAP DD"), 208);
  floats.set([0, 1, 2, 60000], 256);
  return bytes;
}

describe.skipIf(!existsSync(LABELS))(
  "localize and evaluate on the sample's true labels (third-party data)",
  () => {
    const truthCounts = { 2: 17, 3: 24, 4: 39, 5: 17 };

    test.each(["json", "csv", "xml", "star"])(
      "components to .%s: every particle is found, and only those",
      async (extension) => {
        const list = `list.${extension}`;
        const done = await json("localize", LABELS, "-o", list, "--json");
        expect(done.particles).toBe(97);
        expect(done.provenance).toMatchObject({ operation: "localize", params: { method: "components" } });
        const evaluation = await json(
          "evaluate",
          list,
          "--truth",
          TRUTH,
          "--radius-voxels",
          "10",
          "--json",
          ...(extension === "star" ? ["--volume", LABELS] : []),
          ...(extension === "json" ? [] : ["--model", "starter"]),
        );
        expect(evaluation.radiusVoxels).toBe(10);
        for (const [label, count] of Object.entries(truthCounts))
          expect(evaluation.classes[label]).toEqual({
            name: expect.any(String),
            truth: count,
            found: count,
            truePositives: count,
            precision: 1,
            recall: 1,
            f1: 1,
            fBeta: 1,
          });
        expect(evaluation.classes[4].name).toBe("20S proteasome");
      },
    );

    test("mean-shift, smallest sizes and printing", async () => {
      const { stdout, code } = await cli([
        "localize",
        LABELS,
        "--method",
        "mean-shift",
        "--min-voxels",
        "4=100000",
      ]);
      expect(code).toBe(0);
      const list = JSON.parse(stdout);
      expect(list.particles.filter((p: { label: number }) => p.label === 4)).toEqual([]);
      expect(list.particles.filter((p: { label: number }) => p.label === 5)).toHaveLength(17);
    });

    test("the table for people", async () => {
      await json("localize", LABELS, "-o", "table.json", "--json");
      const { stdout } = await cli(["evaluate", "table.json", "--truth", TRUTH]);
      expect(stdout).toMatch(/20S proteasome +39 +39 +39 +1\.000 +1\.000 +1\.000/);
    });

    test("a STAR file without its tomogram is refused in a sentence", async () => {
      await json("localize", LABELS, "-o", "alone.star", "--json");
      const { code, stderr } = await cli(["evaluate", "alone.star", "--truth", TRUTH]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^alone.star: .*needs its tomogram/);
    });
  },
);
