import { OPERATIONS } from "../../commands/operations";
import type { OperationId } from "../../contracts/compute";
import type { Provenance } from "../../core/task/operation";
import type { ParamSpec } from "../../core/task/params";
import type { Box } from "../../core/volume/shape";
import { entryOf, type VolumeEntry } from "../../state/document";
import { formatBytes, formatDuration, formatNumber, formatShape } from "../format-quantity";
import { useDocument, useShell, useWorkbench } from "../workbench-context";
import { Sheet } from "./sheet";

type Facts = readonly (readonly [string, string])[];

function FactTable({ facts, name }: { readonly facts: Facts; readonly name: string }) {
  return (
    <table className="facts" aria-label={name}>
      <tbody>
        {facts.map(([key, value]) => (
          <tr key={key}>
            <th scope="row">{key}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function volumeFacts({ meta, fileBytes, statistics, statedVoxelSizeAngstrom: stated }: VolumeEntry): Facts {
  const { x, y, z } = meta.voxelSizeAngstrom;
  const { originAngstrom: origin } = meta;
  return [
    ["Size", `${formatShape(meta.shape)} voxels`],
    ["Voxels stored as", meta.dtype],
    ["Voxel size in the header", `${formatNumber(x)} × ${formatNumber(y)} × ${formatNumber(z)} Å`],
    ...(stated === null ? [] : ([["Voxel size as stated", `${formatNumber(stated)} Å`]] as const)),
    [
      "Origin in the header",
      `${formatNumber(origin.x)}, ${formatNumber(origin.y)}, ${formatNumber(origin.z)} Å`,
    ],
    ["File", formatBytes(fileBytes)],
    ...(statistics
      ? ([
          ["Range", `${formatNumber(statistics.min)} to ${formatNumber(statistics.max)}`],
          ["Mean ± std", `${formatNumber(statistics.mean)} ± ${formatNumber(statistics.std)}`],
        ] as const)
      : []),
    ...meta.warnings.map((warning, index) => [`Warning ${index + 1}`, warning] as const),
  ];
}

/** A parameter as the form names it: label, value, unit. */
function paramFact(operation: string, name: string, value: unknown): readonly [string, string] {
  const spec: ParamSpec = operation in OPERATIONS ? OPERATIONS[operation as OperationId].params : {};
  const param = spec[name];
  if (!param) return [name, JSON.stringify(value)];
  const unit = "unit" in param && param.unit ? ` ${param.unit}` : "";
  switch (param.kind) {
    case "box": {
      if (value === null) return [param.label, "whole volume"];
      const { x0, x1, y0, y1, z0, z1 } = value as Box;
      return [param.label, `x ${x0} to ${x1}, y ${y0} to ${y1}, z ${z0} to ${z1}`];
    }
    case "choice":
      return [param.label, param.choices.find((choice) => choice.value === value)?.label ?? String(value)];
    case "boolean":
      return [param.label, value ? "yes" : "no"];
    case "range":
      return [param.label, `${(value as readonly number[]).join(" to ")}${unit}`];
    case "per-class": {
      const given = Object.entries(value as Readonly<Record<string, number>>);
      return [
        param.label,
        given.map(([label, n]) => `class ${label}: ${n}${unit}`).join(", ") || "of the model",
      ];
    }
    default:
      return [param.label, value === null ? "automatic" : `${String(value)}${unit}`];
  }
}

function provenanceFacts(provenance: Provenance): Facts {
  const { operation, inputs, backend, version, seconds, params, remarks = [] } = provenance;
  return [
    ["Made by", operation],
    ["From", inputs.join(", ")],
    ["Computed with", backend],
    ["Took", formatDuration(seconds)],
    ["Version", version],
    ...remarks.map((remark, i) => [remarks.length > 1 ? `Remark ${i + 1}` : "Remark", remark] as const),
    ...Object.entries(params).map(([name, value]) => paramFact(operation, name, value)),
  ];
}

/** Where a volume, label map or list comes from: how it was made, and what its header says. */
export function ProvenanceSheet() {
  const { shell } = useWorkbench();
  const id = useShell((state) => state.provenanceOf);
  const document = useDocument((state) => state);
  const volume = entryOf(document.volumes, id);
  const entry = volume ?? entryOf(document.labels, id) ?? entryOf(document.particles, id);
  if (!entry) return null;
  return (
    <Sheet title={entry.name} onClose={() => shell.setState({ provenanceOf: null })}>
      {entry.provenance ? (
        <FactTable name="Provenance" facts={provenanceFacts(entry.provenance)} />
      ) : (
        <p className="hint">Opened from a file: nothing was done to it here.</p>
      )}
      {volume && <FactTable name="Header" facts={volumeFacts(volume)} />}
    </Sheet>
  );
}
