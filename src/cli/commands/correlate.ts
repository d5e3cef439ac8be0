import { lengthOf } from "../../core/metrics/audit-verdict";
import { SHELL_CRITERIA, type ShellResolutions } from "../../core/metrics/shell-criteria";
import { CORRELATE } from "../../core/operations/correlate";
import { checkParams } from "../../core/task/params";
import { checkOutputs } from "../check-outputs";
import { type Command, flagValue, hasFlag, JSON_FLAG } from "../command";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { runOperation } from "../run-operation";
import { writeTextFile } from "../text-files";
import { BACKEND_FLAGS, withBackend } from "../with-backend";
import { withVolume } from "../with-volume";

type Output = Awaited<ReturnType<typeof CORRELATE.run>>;

/** The curves as CSV, a row for each shell; a field is empty where too few coefficients say something. */
function curvesCsv({ fsc, cfsc, power }: Output): string {
  const rows = fsc.frequencies.map((frequency, shell) =>
    [
      frequency.toPrecision(6),
      fsc.values[shell]?.toFixed(6) ?? "",
      fsc.counts[shell],
      cfsc.values[shell]?.toFixed(6) ?? "",
      cfsc.counts[shell],
      power.a[shell].toPrecision(6),
      power.b[shell].toPrecision(6),
    ].join(","),
  );
  return `${["frequency,fsc,coefficients,cfsc,missing_coefficients,power_a,power_b", ...rows].join("\n")}\n`;
}

function resolutionsLine(name: string, resolutions: ShellResolutions, unit: string): string {
  const found = SHELL_CRITERIA.map(({ id, label }) => {
    const length = resolutions[id];
    return `${label} ${length === null ? "nowhere" : lengthOf(length, unit)}`;
  });
  return `${name.padEnd(5)} down to: ${found.join(", ")}`;
}

export const correlateCommand: Command = {
  name: "correlate",
  summary: CORRELATE.summary,
  operands: ["FILE", "OTHER"],
  flags: {
    out: {
      short: "o",
      value: "FILE",
      help: "Where the curves go: CSV with frequency, FSC, cFSC and both power spectra, shell by shell.",
    },
    ...BACKEND_FLAGS,
    ...paramFlags(CORRELATE.params),
    json: JSON_FLAG,
  },
  async run(args, io) {
    const [first, second] = args.operands;
    const out = flagValue(args, "out");
    await checkOutputs([["--out", out]], args.operands, io);
    await withVolume(first, io, (a) =>
      withVolume(second, io, async (b) => {
        const params = checkParams(CORRELATE.params, paramsFromFlags(CORRELATE.params, args), a.meta.shape);
        const { output, provenance } = await withBackend(args, (backend) =>
          runOperation(CORRELATE, { a, b, backend }, params, io, {
            fileFor: () => undefined,
            inputNames: [a.meta.name, b.meta.name],
            backend: backend.description,
          }),
        );
        if (out !== undefined) await writeTextFile(out, curvesCsv(output), io);
        const { fsc, cfsc, lengthUnit } = output;
        const lines = [
          resolutionsLine("FSC", fsc.resolutions, lengthUnit),
          resolutionsLine("cFSC", cfsc.resolutions, lengthUnit),
        ];
        io.stdout.write(
          hasFlag(args, "json") ? `${JSON.stringify({ ...output, provenance })}\n` : `${lines.join("\n")}\n`,
        );
      }),
    );
  },
};
