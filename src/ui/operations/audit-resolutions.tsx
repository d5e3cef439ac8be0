import { SHELL_CRITERIA } from "../../core/metrics/shell-criteria";
import type { AuditResult } from "../../state/audit";
import { formatNumber } from "../format-quantity";

const NAMES = { restored: "restored", original: "original" } as const;
const REGIONS = { all: "FSC", missing: "cFSC" } as const;

/** Down to which length the volumes agree with the reference, by each criterion. */
export function AuditResolutions({ audit: { output, provenance } }: { readonly audit: AuditResult }) {
  const sigma = `${formatNumber(Number(provenance.params.sigmaFactor))} σ`;
  return (
    <table className="model-classes" aria-label="Resolution against the reference, by criterion">
      <thead>
        <tr>
          <th scope="col">{output.lengthUnit}</th>
          {SHELL_CRITERIA.map(({ id, label }) => (
            <th key={id} scope="col">
              {id === "sigma" ? sigma : label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {output.correlations.map(({ of, region, resolutions }) => (
          <tr key={`${of} ${region}`}>
            <th scope="row">
              {REGIONS[region]}, {NAMES[of]}
            </th>
            {SHELL_CRITERIA.map(({ id }) => {
              const length = resolutions[id];
              return <td key={id}>{length === null ? "–" : Number(length.toPrecision(3))}</td>;
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
