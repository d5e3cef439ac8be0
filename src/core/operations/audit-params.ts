import type { ParamSpec } from "../task/params";
import { RESTORE_PARAMS } from "./restore-params";

export const AUDIT_PARAMS = {
  tilt: {
    ...RESTORE_PARAMS.tilt,
    help: "Tilts of the series: what lies between them in Fourier space was measured, the rest is missing.",
  },
  tiltAxis: RESTORE_PARAMS.tiltAxis,
  dualAxis: RESTORE_PARAMS.dualAxis,
  secondTilt: RESTORE_PARAMS.secondTilt,
  greys: {
    kind: "choice",
    label: "Grey values",
    help: "Programs scale their results: a gain and an offset are fitted first, where both volumes agree best, and reported.",
    default: "fit",
    choices: [
      { value: "fit", label: "matched" },
      { value: "as-is", label: "as they are" },
    ],
    advanced: true,
  },
  borders: {
    kind: "choice",
    label: "Borders",
    help: "The jump between opposite faces of a box is no change of the specimen: the periodic part leaves it out.",
    default: "periodic",
    choices: [
      { value: "periodic", label: "periodic part" },
      { value: "as-is", label: "as they are" },
    ],
    advanced: true,
  },
  margin: {
    kind: "auto-number",
    label: "Border of the wedge",
    help: "Measured coefficients this close to the wedge are not compared. Automatic: 0, and 1 for a part, whose cut faces mix neighbours.",
    default: null,
    min: 0,
    max: 10,
    advanced: true,
  },
  sigmaFactor: {
    kind: "number",
    label: "σ factor",
    help: "Of the threshold of shell correlations that noise alone stays below; larger is stricter.",
    default: 3,
    min: 0.5,
    max: 10,
    step: 0.5,
    flag: "sigma-factor",
    advanced: true,
  },
  box: {
    kind: "box",
    label: "Box",
    help: "Only this part of the restored volume is audited; of volumes that are too large, the middle.",
    default: null,
  },
} as const satisfies ParamSpec;
