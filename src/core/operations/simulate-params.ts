import type { ParamSpec, ParamValues } from "../task/params";

const AS_RECIPE = { value: "recipe", label: "As the recipe says" } as const;

/** What a simulation takes beside its recipe: null and "recipe" leave a value as the recipe has it. */
export const SIMULATE_PARAMS = {
  seed: {
    kind: "number",
    label: "Seed",
    help: "Start of the random numbers: the same recipe and seed give the same files.",
    default: 1,
    min: 0,
    max: 4_294_967_295,
    integer: true,
  },
  minTiltDeg: {
    kind: "auto-number",
    label: "Lowest tilt",
    help: "The tilts begin here; a wider range leaves a smaller missing wedge.",
    default: null,
    min: -90,
    max: 90,
    step: 1,
    unit: "°",
    flag: "min-tilt",
  },
  maxTiltDeg: {
    kind: "auto-number",
    label: "Highest tilt",
    help: "The tilts end here.",
    default: null,
    min: -90,
    max: 90,
    step: 1,
    unit: "°",
    flag: "max-tilt",
  },
  tiltStepDeg: {
    kind: "auto-number",
    label: "Tilt step",
    help: "From one image to the next; finer steps resolve more.",
    default: null,
    min: 0.25,
    max: 30,
    step: 0.5,
    unit: "°",
    flag: "tilt-step",
  },
  defocusMicrometre: {
    kind: "auto-number",
    label: "Defocus",
    help: "Underfocus is positive; more gives more contrast and earlier zeros of the CTF.",
    default: null,
    min: -20,
    max: 20,
    step: 0.5,
    unit: "µm",
    flag: "defocus",
  },
  snr: {
    kind: "auto-number",
    label: "SNR",
    help: "Variance of the signal over that of the noise in the projections; less is noisier.",
    default: null,
    min: 0.001,
    max: 1000,
    step: 0.01,
  },
  noiseFree: {
    kind: "boolean",
    label: "No noise",
    help: "Leaves the noise out, whatever the SNR.",
    default: false,
  },
  route: {
    kind: "choice",
    label: "Route",
    help: "A tilt series that is reconstructed, or wedge, CTF and noise directly in 3D, which is quicker.",
    default: "recipe",
    choices: [
      AS_RECIPE,
      { value: "tilt-series", label: "Tilt series, reconstructed" },
      { value: "direct", label: "Directly in 3D" },
    ],
  },
  ctfCorrection: {
    kind: "choice",
    label: "CTF correction",
    help: "Turns back what the CTF has turned (phase flip), and weights by what is left of it (Wiener).",
    default: "recipe",
    choices: [
      AS_RECIPE,
      { value: "none", label: "None" },
      { value: "phase-flip", label: "Phase flip" },
      { value: "wiener", label: "Wiener" },
    ],
    advanced: true,
  },
  reconstruction: {
    kind: "choice",
    label: "Reconstruction",
    help: "Weighted back-projection, or SIRT, which is slower and smoother.",
    default: "recipe",
    choices: [
      AS_RECIPE,
      { value: "wbp", label: "Weighted back-projection" },
      { value: "sirt", label: "SIRT" },
    ],
    advanced: true,
  },
} as const satisfies ParamSpec;

export type SimulateParams = ParamValues<typeof SIMULATE_PARAMS>;
