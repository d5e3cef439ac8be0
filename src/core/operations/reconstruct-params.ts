import type { ParamSpec, ParamValues } from "../task/params";

/** What a reconstruction takes beside the series and its tilts. */
export const RECONSTRUCT_PARAMS = {
  method: {
    kind: "choice",
    label: "Method",
    help: "Weighted back-projection is quick and keeps what is fine; SIRT is slower, smoother and has more contrast.",
    default: "wbp",
    choices: [
      { value: "wbp", label: "Weighted back-projection" },
      { value: "sirt", label: "SIRT" },
    ],
  },
  thickness: {
    kind: "auto-number",
    label: "Thickness",
    help: "Sections of the tomogram, in its own (binned) voxels. Automatic: a quarter of its width across the tilt axis.",
    default: null,
    min: 1,
    max: 8192,
    step: 1,
    integer: true,
  },
  binning: {
    kind: "choice",
    label: "Binning",
    help: "Pixels in a row of which one is made: more is quicker, smaller and less noisy. The tomogram must fit in 2 GiB.",
    default: "1",
    choices: [
      { value: "1", label: "1" },
      { value: "2", label: "2" },
      { value: "4", label: "4" },
      { value: "8", label: "8" },
    ],
  },
  iterations: {
    kind: "number",
    label: "Iterations",
    help: "Of SIRT: more make finer details, and noise, in proportional time.",
    default: 20,
    min: 1,
    max: 1000,
    integer: true,
  },
  lowPassAngstrom: {
    kind: "auto-number",
    label: "Low-pass",
    help: "Leaves out what is finer than this; more is smoother. Automatic: keeps all.",
    default: null,
    min: 0.1,
    max: 10_000,
    step: 1,
    unit: "Å",
    flag: "low-pass",
  },
  tiltAxis: {
    kind: "choice",
    label: "Tilt axis",
    help: "The axis of the images about which the specimen was tilted.",
    default: "y",
    choices: [
      { value: "y", label: "y" },
      { value: "x", label: "x" },
    ],
  },
  invertTilts: {
    kind: "boolean",
    label: "Invert tilts",
    help: "Where the tilts have the other sign: with the wrong one, what is off the middle section is drawn out into arcs.",
    default: false,
  },
  invertContrast: {
    kind: "boolean",
    label: "Invert contrast",
    help: "Makes bright what was dark in the images.",
    default: false,
  },
  normalize: {
    kind: "boolean",
    label: "Normalize images",
    help: "Each image to mean 0 and deviation 1, as tilted specimens let fewer electrons through.",
    default: true,
    advanced: true,
  },
  taperEdges: {
    kind: "boolean",
    label: "Taper edges",
    help: "Lets the images fade over 2 % of their width at the borders, which would leave streaks.",
    default: true,
    advanced: true,
  },
  weighting: {
    kind: "choice",
    label: "Weighting",
    help: "Of back-projection: the ramp, or one over how many images saw a place, which amplifies less where tilts are far apart.",
    default: "ramp",
    choices: [
      { value: "ramp", label: "Ramp" },
      { value: "exact", label: "Exact" },
    ],
    advanced: true,
  },
  window: {
    kind: "choice",
    label: "Window",
    help: "Hamming weighs high frequencies less in back-projection, to 8 % at Nyquist: less noise, and less detail.",
    default: "none",
    choices: [
      { value: "none", label: "None" },
      { value: "hamming", label: "Hamming" },
    ],
    advanced: true,
  },
  pixelSizeAngstrom: {
    kind: "auto-number",
    label: "Pixel size",
    help: "Of the images as they are, where the header of the stack is wrong or silent.",
    default: null,
    min: 0.1,
    max: 1000,
    unit: "Å",
    flag: "pixel-size",
    advanced: true,
  },
} as const satisfies ParamSpec;

export type ReconstructParams = ParamValues<typeof RECONSTRUCT_PARAMS>;
