import { describe, expect, test } from "vitest";
import { type CtfOptics, ctfCurve, ctfOf, ctfZeros, electronWavelengthAngstrom } from "./ctf";

const KRIOS: CtfOptics = {
  voltageKv: 300,
  sphericalAberrationMm: 2.7,
  amplitudeContrast: 0.07,
  phaseShiftDeg: 0,
  defocusMicrometre: 3,
  bFactorAngstrom2: 0,
};

test.each([
  [300, 0.0196875],
  [200, 0.0250793],
  [100, 0.0370144],
])("electrons of %i kV have a wavelength of %f Å", (voltageKv, wavelength) => {
  expect(Math.abs(electronWavelengthAngstrom(voltageKv) - wavelength)).toBeLessThan(1e-7);
});

test("the CTF is minus the amplitude contrast at 0, and the formula elsewhere", () => {
  const ctf = ctfOf({ ...KRIOS, bFactorAngstrom2: 100 });
  expect(ctf(0)).toBeCloseTo(-0.07, 12);
  // By hand at 1/20 Å: πλΔf·k² = 4.63872, πC_sλ³k⁴/2 = 0.00202266, asin 0.07 = 0.0700573, envelope e^(−1/16).
  expect(ctf(1 / 400)).toBeCloseTo(-Math.sin(4.63872 - 0.00202266 + 0.0700573) * Math.exp(-1 / 16), 4);
  const phasePlate = ctfOf({ ...KRIOS, phaseShiftDeg: 90, amplitudeContrast: 0 });
  expect(phasePlate(0)).toBeCloseTo(-1, 12);
});

describe("zeros", () => {
  test.each<[string, Partial<CtfOptics>]>([
    ["underfocus", {}],
    ["strong underfocus", { defocusMicrometre: 8 }],
    ["overfocus", { defocusMicrometre: -2 }],
    ["in focus, where the aberration alone turns the phase", { defocusMicrometre: 0 }],
    ["near Scherzer focus, where the phase turns back", { defocusMicrometre: 0.12 }],
    ["100 kV with a phase plate", { voltageKv: 100, phaseShiftDeg: 90, defocusMicrometre: 1 }],
    ["no contrast at 0", { amplitudeContrast: 0 }],
  ])("%s: every one of a dense scan is there, and is one", (_, changes) => {
    const optics = { ...KRIOS, ...changes };
    const ctf = ctfOf(optics);
    const maxFrequency = 0.45;
    const zeros = ctfZeros(optics, maxFrequency);
    expect(zeros.length).toBeGreaterThan(1);
    for (const k of zeros) expect(Math.abs(ctf(k * k))).toBeLessThan(1e-9);
    const edges = [0, ...zeros, maxFrequency];
    const between = edges.slice(1).map((end, i) => Math.sign(ctf(((end + edges[i]) / 2) ** 2)));
    for (let i = 1; i < between.length; i++) expect(between[i]).toBe(-between[i - 1]);
    const points = 400_000;
    let found = 0;
    for (let i = 1; i < points; i++) {
      const [near, far] = [i, i + 1].map((at) => ctf(((at / points) * maxFrequency) ** 2));
      if (near * far < 0) found++;
    }
    expect(zeros).toHaveLength(found);
    expect(zeros).toEqual([...zeros].sort((a, b) => a - b));
  });

  test("without aberration they are the closed form √((nπ − φ)/(πλΔf))", () => {
    const optics = { ...KRIOS, sphericalAberrationMm: 0 };
    const scale = Math.PI * electronWavelengthAngstrom(300) * 3e4;
    const expected = [1, 2, 3].map((n) => Math.sqrt((n * Math.PI - Math.asin(0.07)) / scale));
    const zeros = ctfZeros(optics, 0.075);
    expect(zeros).toHaveLength(3);
    zeros.forEach((zero, i) => {
      expect(zero).toBeCloseTo(expected[i], 12);
    });
  });

  test("an optics that turns no phase has none", () => {
    expect(ctfZeros({ ...KRIOS, sphericalAberrationMm: 0, defocusMicrometre: 0 }, 0.5)).toEqual([]);
  });
});

test("a curve runs from 0 to the highest frequency; one point is refused", () => {
  const { frequencies, values } = ctfCurve(KRIOS, { maxFrequency: 0.1, points: 11 });
  expect([frequencies[0], frequencies[1], frequencies[10]]).toEqual([0, 0.01, 0.1]);
  expect(values[1]).toBe(ctfOf(KRIOS)(1e-4));
  expect(() => ctfCurve(KRIOS, { maxFrequency: 0.1, points: 1 })).toThrow("2 points or more, not 0.1 and 1");
});
