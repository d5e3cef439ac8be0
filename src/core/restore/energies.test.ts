import { describe, expect, test } from "vitest";
import { MWR_CASES } from "../../testing/cases/mwr-cases";
import { fillNormal } from "../random/philox";
import { createFidelity, energyPerSquare, varianceOf } from "./energies";
import type { EnergyId } from "./mwr-kernels";
import { createProjection } from "./projection";

const ENERGIES: readonly EnergyId[] = ["l2", "l1", "cc", "psnr", "mi"];

describe("energies by hand", () => {
  const measured = [0, 1, 2, 5];
  const sample = [1, 1, 0, 4];
  const energyOf = (energy: EnergyId, degraded = sample) => createFidelity(energy, measured)(degraded);

  test("mean squared and absolute difference, PSNR for a range of 1", () => {
    expect(energyOf("l2")).toBe((1 + 0 + 4 + 1) / 4);
    expect(energyOf("l1")).toBe((1 + 0 + 2 + 1) / 4);
    expect(energyOf("psnr")).toBeCloseTo(10 * Math.log10(1.5), 12);
    expect(energyOf("psnr", measured)).toBe(-200); // equal: as good as it gets, and still a number
  });

  test("correlation", () => {
    // Deviations −2, −1, 0, 3 and −0.5, −0.5, −1.5, 2.5.
    expect(energyOf("cc")).toBeCloseTo(1 - 9 / Math.sqrt(14 * 9), 12);
    expect(energyOf("cc", measured)).toBeCloseTo(0, 12);
    expect(energyOf("cc", [3, 3, 3, 3])).toBe(1);
  });

  test("mutual information: of two equal halves one bit, of what is independent nothing", () => {
    const halves = Array.from({ length: 64 }, (_, i) => i % 2);
    const fidelity = createFidelity("mi", halves);
    expect(fidelity(halves)).toBeCloseTo(-Math.LN2, 12);
    expect(fidelity(halves.map((value) => 1 - value))).toBeCloseTo(-Math.LN2, 12);
    expect(fidelity(halves.map((_, i) => Math.floor(i / 2) % 2))).toBeCloseTo(0, 12);
    expect(createFidelity("mi", [2, 2, 2])([1, 2, 3])).toBeCloseTo(0, 12);
  });

  test("an energy that is none is refused", () => {
    expect(() => createFidelity("l3" as EnergyId, measured)).toThrow('There is no energy "l3".');
  });
});

describe("temperatures", () => {
  const [signal, noise, change] = [0, 1, 2].map((stream) => {
    const values = new Float32Array(40_000);
    fillNormal(values, 4, stream);
    return values;
  });
  const level = 0.1;
  const measured = signal.map((value, i) => 0.3 * value + level * noise[i]);

  test.each(ENERGIES)("%s rises by as much per mean square as is told", (energy) => {
    const fidelity = createFidelity(energy, measured);
    const meanSquare = createFidelity("l2", measured);
    const [near, far] = [0, 0.05].map((part) => signal.map((value, i) => 0.3 * value + part * change[i]));
    const rise = (fidelity(far) - fidelity(near)) / (meanSquare(far) - meanSquare(near));
    const told = energyPerSquare(energy, level, varianceOf(measured));
    // A difference this large is not a derivative, and bins are coarse: it is the order of magnitude that matters.
    expect(rise / told).toBeGreaterThan(0.6);
    expect(rise / told).toBeLessThan(1.3);
  });
});

describe.each(MWR_CASES.filter(({ spec }) => spec.denoiser.id === "gaussian"))("$name", ({ spec, seed }) => {
  test("what was projected agrees wholly, and degrading twice is degrading once where the border is sharp", async () => {
    const projection = createProjection(spec);
    const z = new Float32Array(spec.measured.length);
    fillNormal(z, seed, 9);
    expect(projection.meanSquare(z)).toBeGreaterThan(0.1);
    const [degraded, measured] = [new Float32Array(z.length), new Float32Array(z.length)];
    projection.degrade(z, degraded);
    projection.degradeMeasured(measured);
    expect(createFidelity("l2", measured)(degraded) / projection.meanSquare(z)).toBeCloseTo(1, 5);
    if (spec.sampled.length !== Array.from(spec.sampled).filter((w) => w === 0 || w === 1).length) return;
    await projection.project(z, spec.breathe);
    expect(projection.meanSquare(z)).toBeLessThan(1e-12);
  });
});
