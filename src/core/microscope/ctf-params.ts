import type { ParamSpec } from "../task/params";
import { USUAL_CTF } from "./usual-ctf";

/** What is known of a microscope, and what its images are: the same for all images of a series. */
export const MICROSCOPE_PARAMS = {
  voltageKv: {
    kind: "number",
    label: "Voltage",
    help: "Of the microscope; it gives the wavelength of the electrons.",
    default: USUAL_CTF.voltageKv,
    min: 10,
    max: 3000,
    step: 10,
    unit: "kV",
    flag: "voltage",
  },
  sphericalAberrationMm: {
    kind: "number",
    label: "Spherical aberration",
    help: "C_s of the objective lens; it turns the phase of high frequencies back.",
    default: USUAL_CTF.sphericalAberrationMm,
    min: 0,
    max: 20,
    step: 0.1,
    unit: "mm",
    flag: "cs",
  },
  amplitudeContrast: {
    kind: "number",
    label: "Amplitude contrast",
    help: "The share of the contrast that needs no defocus; about 0.07 for protein in ice.",
    default: USUAL_CTF.amplitudeContrast,
    min: 0,
    max: 1,
    step: 0.01,
  },
  phaseShiftDeg: {
    kind: "number",
    label: "Phase shift",
    help: "Of a phase plate; 0 without one.",
    default: USUAL_CTF.phaseShiftDeg,
    min: -180,
    max: 180,
    step: 5,
    unit: "°",
    flag: "phase-shift",
    advanced: true,
  },
} as const satisfies ParamSpec;
