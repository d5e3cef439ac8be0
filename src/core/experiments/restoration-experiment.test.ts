import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { publicFile } from "../../cli/public-files";
import { createWasmBackend } from "../../compute/wasm-backend";
import { readBeadModel } from "../../io/bead-model/read-bead-model";
import { memorySource } from "../../io/source/memory-source";
import { openStructure } from "../../io/structure/open-structure";
import { AbortError } from "../errors";
import { dataSetA } from "./data-set-a";
import {
  type RestorationInputs,
  type RestorationPart,
  type RestorationScore,
  restorationExperiment,
} from "./restoration-experiment";

// The claims of the thesis (section 2.6.1) on its data set A, in cubes that are small enough for every run of the tests: voxels
// are larger than in the thesis, so that there are fewer similar cubes, and chains are a tenth as long. Where a claim needs the
// thesis's 64³ voxels, the test holds what is there at its size and a comment gives what 64³ gave (map 3j9i at 5 Å, noise 0.2,
// 90 iterations of which 30 burn-in, as by `tomoscope experiment ch2 --structure`).
const MAP = "../shared/data/structures/3j9i_5A.mrc.gz";
const BEADS = readBeadModel(readFileSync(publicFile("structures/3j9i.beads")), "3j9i");

const inputsOf = (side: number): Omit<RestorationInputs, "parts"> => ({
  truth: dataSetA(BEADS, side),
  shape: [side, side, side],
  noises: [0.2, 0.4],
  noise: 0.2,
  denoisers: ["bm4d", "tv", "gaussian"],
  wedge: { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" },
  iterations: 16,
  burnIn: 6,
  seed: 1,
  backend: createWasmBackend(1),
});

const quiet = { breathe: async () => {}, onProgress() {} };

async function scoresOf(part: RestorationPart, side = 32, changed: Partial<RestorationInputs> = {}) {
  const scores: RestorationScore[] = [];
  const inputs = { ...inputsOf(side), ...changed, parts: [part] };
  await restorationExperiment(inputs, quiet, (score) => scores.push(score));
  const rows = scores.map(
    ({ method, psnrDb, correlation, acceptanceRate }) =>
      `${method}: ${psnrDb.toFixed(2)} dB / ${correlation.toFixed(3)} / ${acceptanceRate?.toFixed(2) ?? "–"}`,
  );
  console.log([part, ...rows].join("\n  "));
  return (method: string) => {
    const score = scores.find((candidate) => candidate.method === method);
    if (!score) throw new Error(`There is no score of ${method}.`);
    return score;
  };
}

test("the chain with a denoiser that knows structures is above the denoiser alone in PSNR and in the wedge", async () => {
  const of = await scoresOf("denoisers");
  for (const name of ["BM4D", "TV"]) {
    const [alone, chain] = [of(`${name} alone`), of(`MWR with ${name}`)];
    expect(chain.psnrDb).toBeGreaterThan(alone.psnrDb + 0.3);
    expect(chain.correlation).toBeGreaterThan(alone.correlation + 0.1);
    expect(chain.psnrDb).toBeGreaterThan(of("input").psnrDb + 2);
  }
  // A Gaussian is linear: no coefficient tells anything of another, and the wedge stays empty.
  expect(Math.abs(of("MWR with Gaussian").correlation)).toBeLessThan(0.1);
  // BM4D does not lead yet where so few cubes are alike: total variation comes to as much.
  expect(of("MWR with BM4D").psnrDb).toBeGreaterThan(of("MWR with TV").psnrDb - 0.4);
  expect(of("BM4D alone").psnrDb).toBeGreaterThan(of("TV alone").psnrDb);
});

test("energies differ little: L2, L1 and correlation by 0.1 dB or so", async () => {
  const of = await scoresOf("energies");
  const l2 = of("L2").psnrDb;
  for (const name of ["L1", "1 − CC"]) expect(Math.abs(of(name).psnrDb - l2)).toBeLessThan(0.15);
  // These accept less in so short a chain. 64³ gave 30.37 (L2), 30.24 (L1), 30.34 (CC), 30.28 (PSNR) and 29.92 dB (MI).
  for (const name of ["PSNR", "mutual information"]) expect(of(name).psnrDb).toBeGreaterThan(l2 - 0.8);
});

test("the larger β, the more is accepted and the sooner the wedge fills", async () => {
  const of = await scoresOf("beta");
  const [low, high] = [of("β = 0.000015"), of("β = 0.00004")];
  expect(high.acceptanceRate).toBeGreaterThan(low.acceptanceRate ?? 1);
  expect(high.correlation).toBeGreaterThan(low.correlation);
});

test("the Fourier transform restores better than the cosine transform", async () => {
  // 64³ gave 30.37 dB for periodic parts, 29.89 without, 29.40 for cosines.
  const of = await scoresOf("transforms");
  expect(of("Fourier").psnrDb).toBeGreaterThan(of("cosine").psnrDb);
  expect(of("Fourier, periodic part").psnrDb).toBeGreaterThan(of("cosine").psnrDb);
});

test("the mean of the samples is nearer to the truth than the most frequent one", async () => {
  const of = await scoresOf("map-mmse");
  expect(of("MMSE (mean)").psnrDb).toBeGreaterThan(of("MAP (most frequent)").psnrDb);
  expect(of("MMSE (mean)").correlation).toBeGreaterThan(of("MAP (most frequent)").correlation);
});

test("noise takes recovery away, and the chain is far above what it starts from", async () => {
  // Without noise proposals are small, and 64³ is still rising after 90 iterations: 25.7 dB, against 31.5 at noise 0.1.
  const of = await scoresOf("noise");
  const [little, much] = [of("MWR with BM4D, σ 0.2"), of("MWR with BM4D, σ 0.4")];
  expect(little.correlation).toBeGreaterThan(much.correlation + 0.1);
  expect(little.psnrDb).toBeGreaterThan(much.psnrDb + 0.5);
  for (const noise of [0.2, 0.4])
    expect(of(`MWR with BM4D, σ ${noise}`).psnrDb).toBeGreaterThan(of(`input, σ ${noise}`).psnrDb + 3);
});

test("Maggioni's restoration comes to the same, and both rise with the iterations", async () => {
  // The claim of half the iterations does not hold in so small a cube. At 64³ the chain came to where Maggioni's is after 90
  // iterations (29.8 dB) in 58: two thirds.
  const of = await scoresOf("maggioni");
  const [chain, maggioni] = [of("MWR with BM4D"), of("Maggioni")];
  expect(Math.abs(chain.psnrDb - maggioni.psnrDb)).toBeLessThan(0.5);
  expect(Math.abs(chain.correlation - maggioni.correlation)).toBeLessThan(0.15);
  for (const { curve } of [chain, maggioni]) {
    expect(curve).toHaveLength(16);
    expect(curve[15]).toBeGreaterThan(curve[0] + 0.3);
  }
});

test("from projections the chain, sMAPEM and Moisan's TV fill the wedge; Kováčik's filter does not", async () => {
  const of = await scoresOf("competitors", 20);
  const input = of("weighted back-projection");
  for (const name of ["MWR with BM4D", "sMAPEM", "Moisan's TV"]) {
    expect(of(name).psnrDb).toBeGreaterThan(input.psnrDb + 2);
    expect(of(name).correlation).toBeGreaterThan(input.correlation + 0.1);
  }
  const filtered = of("Kováčik's filter");
  expect(Math.abs(filtered.correlation)).toBeLessThan(0.05);
  expect(filtered.psnrDb).toBeLessThan(of("MWR with BM4D").psnrDb - 2);
});

test("what was scored before a cancel is there", async () => {
  const scores: RestorationScore[] = [];
  const breathe = async () => {
    if (scores.length === 2) throw new AbortError();
  };
  const inputs = { ...inputsOf(16), iterations: 2, burnIn: 1, parts: ["beta", "energies"] as const };
  const run = restorationExperiment(inputs, { ...quiet, breathe }, (score) => scores.push(score));
  await expect(run).rejects.toThrow("Cancelled");
  expect(scores.map(({ method }) => method)).toEqual(["β = 0.000015", "β = 0.00002"]);
});

test.skipIf(!existsSync(MAP))(
  "a map is taken as it stands, about the middle of its particle, from 0 to 1",
  async () => {
    const map = await openStructure(memorySource(new Uint8Array(readFileSync(MAP)), "3j9i_5A.mrc.gz"));
    const truth = dataSetA(map, 64);
    expect(truth).toHaveLength(64 ** 3);
    expect(truth.reduce((a, b) => Math.max(a, b), 0)).toBe(1);
    const middle = dataSetA(map, 32);
    for (const [x, y, z] of [
      [3, 9, 20],
      [16, 16, 16],
      [31, 0, 7],
    ])
      expect(truth[((z + 16) * 64 + y + 16) * 64 + x + 16]).toBe(Math.fround(middle[(z * 32 + y) * 32 + x]));
  },
);
