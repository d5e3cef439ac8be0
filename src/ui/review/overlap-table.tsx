import { useMemo, useState } from "react";
import { MATCH_RADIUS_VOXELS } from "../../commands/evaluate-particles";
import { overlapCounts, overlapOf } from "../../core/metrics/overlap";
import type { ParticlesEntry } from "../../state/document";
import { Select } from "../controls/select";
import { useDocument } from "../workbench-context";

const TRUTH = "truth";

/** How many particles this list (A) and another of the same volume (B) share, and only one of them has. */
export function OverlapTable({ entry }: { readonly entry: ParticlesEntry }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const lists = useDocument(({ particles }) => particles);
  const truth = useDocument(({ truths }) => truths.find(({ volumeId }) => volumeId === entry.parentId));
  const others = lists.filter(({ id, parentId }) => parentId === entry.parentId && id !== entry.id);
  const options = [
    ...(truth ? [{ value: TRUTH, label: truth.name }] : []),
    ...others.map(({ id, name }) => ({ value: id, label: name })),
  ];
  const other = options.find(({ value }) => value === chosen) ?? options[0];
  const a = entry.list.particles;
  const b =
    other?.value === TRUTH ? truth?.particles : others.find(({ id }) => id === other?.value)?.list.particles;
  const { classes } = entry.list;
  const counts = useMemo(
    () => (b ? overlapCounts(a, b, overlapOf(a, b, MATCH_RADIUS_VOXELS), classes) : []),
    [a, b, classes],
  );
  if (!other) return <p className="hint">Open another list of this volume to compare it with this one.</p>;
  return (
    <div className="scores overlap">
      <Select label="The list to compare with" value={other.value} options={options} onChange={setChosen} />
      <table aria-label="Two lists">
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col">only here</th>
            <th scope="col">both</th>
            <th scope="col">only there</th>
          </tr>
        </thead>
        <tbody>
          {counts.map(({ label, name, both, onlyA, onlyB }) => (
            <tr key={label}>
              <th scope="row" title={name}>
                {name}
              </th>
              <td>{onlyA}</td>
              <td>
                <b>{both}</b>
              </td>
              <td>{onlyB}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hint">The same if of one class and at most {MATCH_RADIUS_VOXELS} voxels apart.</p>
    </div>
  );
}
