import { expect, test } from "vitest";
import type { Imaging } from "../microscope/imaging";
import { checkParams } from "../task/params";
import { imagingWith } from "./simulate-imaging";
import { SIMULATE_PARAMS } from "./simulate-params";

const IMAGING: Imaging = {
  route: "tilt-series",
  tilts: { minTiltDeg: -60, maxTiltDeg: 60, stepDeg: 2, order: "dose-symmetric" },
  ctf: null,
  proteinIsDark: true,
  noise: { snr: 0.1, kind: "poisson" },
  dosePerImage: 2,
  shiftErrorAngstrom: 1,
  tiltErrorDeg: 0.1,
  reconstruction: { method: "wbp", iterations: 20, lowPassAngstrom: 30 },
};
const imaged = (given: Readonly<Record<string, unknown>>) =>
  imagingWith(IMAGING, checkParams(SIMULATE_PARAMS, given));

test("without parameters an imaging is as the recipe has it", () => {
  expect(imaged({})).toEqual(IMAGING);
});

test("each parameter changes its own, and nothing else", () => {
  expect(imaged({ maxTiltDeg: 40, tiltStepDeg: 3 }).tilts).toEqual({
    ...IMAGING.tilts,
    maxTiltDeg: 40,
    stepDeg: 3,
  });
  expect(imaged({ snr: 5 }).noise).toEqual({ snr: 5, kind: "poisson" });
  expect(imaged({ snr: 5, noiseFree: true }).noise.snr).toBeNull();
  expect(imaged({ route: "direct" })).toEqual({ ...IMAGING, route: "direct" });
  expect(imaged({ reconstruction: "sirt" }).reconstruction).toEqual({
    ...IMAGING.reconstruction,
    method: "sirt",
  });
});

test("a defocus gives a perfect microscope a CTF; a correction alone does not", () => {
  expect(imaged({ ctfCorrection: "wiener" }).ctf).toBeNull();
  expect(imaged({ ctfCorrection: "wiener", defocusMicrometre: 4 }).ctf).toMatchObject({
    defocusMicrometre: 4,
    correction: "wiener",
    voltageKv: 300,
  });
});

test("tilts that do not rise are refused by name", () => {
  expect(() => imaged({ minTiltDeg: 60 })).toThrow(
    /The tilts must rise: the lowest, 60°, is not below the highest, 60°/,
  );
});
