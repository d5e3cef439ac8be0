import type { Evaluation } from "../../core/operations/results";

const fixed = (value: number) => value.toFixed(2);

/** Precision, recall, F1 and F-β of each class against the truth. */
export function ScoreTable({ evaluation }: { readonly evaluation: Evaluation }) {
  const rows = Object.entries(evaluation.classes);
  return (
    <div className="scores">
      <table aria-label="Scores">
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col">true</th>
            <th scope="col">found</th>
            <th scope="col">prec.</th>
            <th scope="col">recall</th>
            <th scope="col">F1</th>
            <th scope="col">F{evaluation.beta}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, { name, truth, found, precision, recall, f1, fBeta }]) => (
            <tr key={label}>
              <th scope="row" title={name}>
                {name}
              </th>
              <td>{truth}</td>
              <td>{found}</td>
              <td>{fixed(precision)}</td>
              <td>{fixed(recall)}</td>
              <td>
                <b>{fixed(f1)}</b>
              </td>
              <td>{fixed(fBeta)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hint">Against the truth of this volume, within {evaluation.radiusVoxels} voxels.</p>
    </div>
  );
}
