import { ctfCurve, ctfZeros, electronWavelengthAngstrom } from "../../core/microscope/ctf";
import { MICROSCOPE_PARAMS } from "../../core/microscope/ctf-params";
import { checkParams, type ParamSpec } from "../../core/task/params";
import { checkOutputs } from "../check-outputs";
import { type Command, flagValue, hasFlag, JSON_FLAG } from "../command";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { writeTextFile } from "../text-files";

const CTF_PARAMS = {
  defocusMicrometre: {
    kind: "number",
    label: "Defocus",
    help: "Underfocus is positive; more gives more contrast and earlier zeros.",
    default: 3,
    min: -30,
    max: 30,
    unit: "µm",
    flag: "defocus",
  },
  ...MICROSCOPE_PARAMS,
  bFactorAngstrom2: {
    kind: "number",
    label: "B-factor",
    help: "The curve falls as exp(−B·k²/4).",
    default: 0,
    min: 0,
    max: 1e5,
    unit: "Å²",
    flag: "b-factor",
  },
  pixelSizeAngstrom: {
    kind: "number",
    label: "Pixel size",
    help: "The zeros are those up to its Nyquist frequency.",
    default: 4,
    min: 0.1,
    max: 1000,
    unit: "Å",
    flag: "pixel-size",
  },
  points: {
    kind: "number",
    label: "Points",
    help: "Of the curve.",
    default: 1000,
    min: 2,
    max: 1_000_000,
    integer: true,
  },
} as const satisfies ParamSpec;

export const ctfCommand: Command = {
  name: "ctf",
  summary: "Says where the contrast transfer function is zero, and writes its curve.",
  operands: [],
  flags: {
    csv: { value: "FILE", help: "Where the curve goes: frequency in 1/Å, and CTF with envelope." },
    ...paramFlags(CTF_PARAMS),
    json: JSON_FLAG,
  },
  async run(args, io) {
    const params = checkParams(CTF_PARAMS, paramsFromFlags(CTF_PARAMS, args));
    const csv = flagValue(args, "csv");
    await checkOutputs([["--csv", csv]], [], io);
    const maxFrequency = 1 / (2 * params.pixelSizeAngstrom);
    const zeros = ctfZeros(params, maxFrequency);
    if (csv) {
      const { frequencies, values } = ctfCurve(params, { maxFrequency, points: params.points });
      const rows = Array.from(frequencies, (k, i) => `${k.toPrecision(8)},${values[i].toPrecision(8)}`);
      await writeTextFile(csv, `${["frequency_per_angstrom,ctf", ...rows].join("\n")}\n`, io);
    }
    const wavelengthAngstrom = electronWavelengthAngstrom(params.voltageKv);
    if (hasFlag(args, "json")) {
      const listed = zeros.map((k) => ({ frequencyPerAngstrom: k, resolutionAngstrom: 1 / k }));
      io.stdout.write(`${JSON.stringify({ params, wavelengthAngstrom, zeros: listed, csv })}\n`);
      return;
    }
    const count = zeros.length === 1 ? "1 zero" : `${zeros.length} zeros`;
    io.stdout.write(
      [
        `Defocus ${params.defocusMicrometre} µm, ${params.voltageKv} kV (λ ${wavelengthAngstrom.toPrecision(5)} Å), C_s ${params.sphericalAberrationMm} mm: ${count} up to ${maxFrequency.toPrecision(4)} 1/Å`,
        ...zeros.map((k) => `  ${k.toFixed(5)} 1/Å  ${(1 / k).toFixed(2).padStart(8)} Å`),
        "",
      ].join("\n"),
    );
  },
};
