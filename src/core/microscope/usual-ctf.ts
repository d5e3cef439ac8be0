import type { CtfSettings } from "./imaging";

/** The microscope where nothing else is said: 300 kV, protein in ice, in focus; what defocus turns is turned back. */
export const USUAL_CTF: CtfSettings = {
  voltageKv: 300,
  sphericalAberrationMm: 2.7,
  amplitudeContrast: 0.07,
  phaseShiftDeg: 0,
  defocusMicrometre: 0,
  defocusSpreadMicrometre: 0,
  bFactorAngstrom2: 0,
  correction: "phase-flip",
};
