import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ParticleList } from "../core/particles/particle-list";
import { particleFormatOf } from "../io/particle-formats";
import { runCaptured } from "../testing/run-captured";
import { publicFile } from "./public-files";
import { runCli } from "./run-cli";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tomoscope-simulate-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (argv: string[], signal?: AbortSignal) =>
  runCaptured(runCli, ["simulate", ...argv], folder, signal);

const BACKEND = ["--backend", "wasm", "--threads", "1"];
const inFolder = (...path: string[]) => join(folder, ...path);
const write = (name: string, value: unknown) => writeFileSync(inFolder(name), JSON.stringify(value));

const RECIPE = {
  name: "Tiny",
  scene: {
    shape: [24, 48, 48],
    voxelSizeAngstrom: 12,
    membranes: [{ kind: "sheet", count: 1, amplitudeAngstrom: 0 }],
    particles: [
      { name: "proteasome", structure: "3j9i", count: 3 },
      {
        name: "crumb",
        structure: { shape: "sphere", radiusAngstrom: 30, density: 0.3 },
        count: 3,
        decoy: true,
      },
    ],
  },
  imaging: { tilts: { stepDeg: 10 }, ctf: { defocusMicrometre: 2 } },
};

test("a tiny cell by way of a tilt series, twice the same bytes, and again from the recipe that it leaves", async () => {
  write("tiny.json", RECIPE);
  const args = [
    "--recipe",
    "tiny.json",
    "--seed",
    "7",
    "--shape",
    "24,40,48",
    "--max-tilt",
    "50",
    ...BACKEND,
  ];
  const first = await cli([...args, "-o", "a"]);
  expect(first.code, first.stderr).toBe(0);
  expect(first.stdout).toMatch(/^a: .*% of the volume filled, SNR 0\.1/);
  expect((await cli([...args, "-o", "b"])).code).toBe(0);
  const files = readdirSync(inFolder("a")).sort();
  expect(files).toEqual([
    "density.mrc",
    "instances.mrc",
    "labels.mrc",
    "membrane-distance.mrc",
    "particles.csv",
    "particles.json",
    "particles.star",
    "particles.xml",
    "preview.png",
    "provenance.json",
    "recipe.json",
    "tilt-series.mdoc",
    "tilt-series.mrc",
    "tilt-series.tlt",
    "tomogram.mrc",
  ]);
  for (const name of files)
    expect(readFileSync(inFolder("b", name)).equals(readFileSync(inFolder("a", name))), name).toBe(true);

  expect((await cli(["--recipe", "a/recipe.json", "--seed", "7", ...BACKEND, "-o", "c"])).code).toBe(0);
  for (const name of files.filter((file) => file.endsWith(".mrc")))
    expect(readFileSync(inFolder("c", name)).equals(readFileSync(inFolder("a", name))), name).toBe(true);
  expect((await cli(["--recipe", "a/recipe.json", "--seed", "8", ...BACKEND, "-o", "d"])).code).toBe(0);
  expect(readFileSync(inFolder("d", "density.mrc")).equals(readFileSync(inFolder("a", "density.mrc")))).toBe(
    false,
  );

  const tilts = readFileSync(inFolder("a", "tilt-series.tlt"), "utf8").trim().split("\n").map(Number);
  expect(tilts).toEqual([-60, -50, -40, -30, -20, -10, 0, 10, 20, 30, 40, 50]);
  const provenance = JSON.parse(readFileSync(inFolder("a", "provenance.json"), "utf8"));
  expect(provenance).toMatchObject({
    operation: "simulate",
    params: { seed: 7, maxTiltDeg: 50 },
    inputs: ["tiny.json"],
  });
  expect(provenance.seconds).toBeUndefined();

  const read = (extension: string, frame: ParticleList) => {
    const text = readFileSync(inFolder("a", `particles${extension}`), "utf8");
    return particleFormatOf(`particles${extension}`).read(text, frame);
  };
  const list = read(".json", {} as ParticleList);
  expect(list.volumeName).toBe("tomogram.mrc");
  expect(list.particles.length).toBeGreaterThan(0);
  for (const extension of [".star", ".xml", ".csv"]) {
    const again = read(extension, list);
    expect(again.particles).toHaveLength(list.particles.length);
    again.particles.forEach(({ x, y, z, rotation, label }, i) => {
      const { rotation: stated, ...particle } = list.particles[i];
      expect(label).toBe(particle.label);
      expect(Math.hypot(x - particle.x, y - particle.y, z - particle.z)).toBeLessThan(0.01);
      const dot =
        rotation && stated
          ? rotation.x * stated.x + rotation.y * stated.y + rotation.z * stated.z + rotation.w * stated.w
          : 0;
      expect(Math.abs(dot)).toBeGreaterThan(0.9999);
    });
  }
});

test("directly, without membranes and noise: no tilt series, no distances, a folder that was there keeps its other files", async () => {
  write("direct.json", { ...RECIPE, scene: { ...RECIPE.scene, membranes: [] } });
  write("tilt-series.mrc", "of another run");
  const args = ["--recipe", "direct.json", "--route", "direct", "--noise-free", ...BACKEND, "--json"];
  const { code, stdout, stderr } = await cli([...args, "-o", "."]);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ measuredSnr: null, shape: [24, 48, 48] });
  expect(existsSync(inFolder("tomogram.mrc"))).toBe(true);
  expect(existsSync(inFolder("direct.json"))).toBe(true);
  expect(existsSync(inFolder("tilt-series.mrc"))).toBe(false);
  expect(existsSync(inFolder("membrane-distance.mrc"))).toBe(false);
});

test("a structure may be a file beside the recipe", async () => {
  const atom = (i: number, x: number, y: number) =>
    `ATOM  ${String(i).padStart(5)}  CA  ALA A${String(i).padStart(4)}    ${x.toFixed(3).padStart(8)}${y.toFixed(3).padStart(8)}   0.000  1.00  0.00           C  `;
  const lines = Array.from({ length: 400 }, (_, i) => atom(i + 1, 4 * (i % 20), 4 * Math.floor(i / 20)));
  writeFileSync(inFolder("plate.pdb"), `${[...lines, "END"].join("\n")}\n`);
  const particles = [{ name: "plate", structure: "./plate.pdb", count: 2 }];
  write("file.json", { ...RECIPE, scene: { ...RECIPE.scene, membranes: [], particles } });
  const args = ["--recipe", "file.json", "--route", "direct", ...BACKEND, "--json", "-o", "e"];
  const { code, stdout, stderr } = await cli(args);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout).placed).toEqual([{ name: "plate", asked: 2, placed: 2 }]);
  const left = JSON.parse(readFileSync(inFolder("e", "recipe.json"), "utf8"));
  expect(left.scene.particles[0].structure).toBe("../plate.pdb");
});

test("the help names every preset", async () => {
  const { stdout } = await cli(["--help"]);
  const presets: readonly string[] = JSON.parse(readFileSync(publicFile("presets/index.json"), "utf8"));
  for (const preset of presets) expect(stdout).toContain(preset);
});

test("wrong use and bad recipes are told in a sentence, and nothing is left behind", async () => {
  write("bad.json", { ...RECIPE, scene: { ...RECIPE.scene, voxelSizeAngstrom: "12" } });
  write("absent.json", {
    ...RECIPE,
    scene: { ...RECIPE.scene, particles: [{ name: "p", structure: "./no.pdb", count: 1 }] },
  });
  const before = readdirSync(folder).sort();
  const wrong: readonly (readonly [string[], number, RegExp])[] = [
    [
      ["--preset", "cell", "-o", "x"],
      2,
      /There is no preset "cell"; there are teaching, chlamydomonas, shrec, data-set-1, data-set-a\./,
    ],
    [["-o", "x"], 2, /Give a --preset or a --recipe/],
    [["--preset", "teaching"], 2, /--out is missing/],
    [["--preset", "teaching", "--shape", "64,64", "-o", "x"], 2, /--shape needs three whole numbers/],
    [["--preset", "teaching", "--min-tilt", "70", "-o", "x"], 2, /The tilts must rise/],
    [["--preset", "teaching", "--snr", "-1", "-o", "x"], 2, /SNR must be/],
    [["--recipe", "bad.json", "-o", "x"], 1, /This is no recipe: scene\.voxelSizeAngstrom: /],
    [["--recipe", "none.json", "-o", "x"], 1, /none\.json cannot be read/],
    [["--recipe", "absent.json", "-o", "x", ...BACKEND], 1, /no\.pdb cannot be opened/],
    [["--recipe", "a/recipe.json", "-o", "a"], 2, /would replace the input a\/recipe\.json/],
    [["--preset", "teaching", "-o", "bad.json"], 1, /bad\.json cannot be written/],
  ];
  for (const [args, expected, sentence] of wrong) {
    const { code, stderr } = await cli(args);
    expect(stderr).toMatch(sentence);
    expect(code).toBe(expected);
    expect(readdirSync(folder).sort()).toEqual(before);
  }
  const cancelled = await cli(["--preset", "teaching", ...BACKEND, "-o", "x"], AbortSignal.abort());
  expect(cancelled.stderr).toMatch(/Cancelled/);
  expect(readdirSync(folder).sort()).toEqual(before);
});
