import type { ReactNode } from "react";
import type { ClassScore, Evaluation } from "../../core/operations/results";
import { classColor } from "../../core/particles/class-colors";
import type { ClassInfo } from "../../core/particles/particle-list";

/** Figures of one class; what was not measured is absent. */
type ClassFigures = Partial<Omit<ClassScore, "name">> & { readonly fBeta?: number };

interface ScoreTableProps {
  /** What the table is called. */
  readonly label: string;
  readonly classes: readonly ClassInfo[];
  /** By label. */
  readonly scores: Readonly<Record<string, ClassFigures>>;
  /** Of F-β, which has no column without it. */
  readonly beta?: number;
  /** What the scores are of. */
  readonly children: ReactNode;
}

const fixed = (value: number | undefined) => value?.toFixed(2) ?? "–";

/** Precision, recall, F1 and F-β of each class. */
export function ScoreTable({ label, classes, scores, beta, children }: ScoreTableProps) {
  return (
    <div className="scores">
      <table aria-label={label}>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col">true</th>
            <th scope="col">found</th>
            <th scope="col">prec.</th>
            <th scope="col">recall</th>
            <th scope="col">F1</th>
            {beta !== undefined && <th scope="col">F{beta}</th>}
          </tr>
        </thead>
        <tbody>
          {classes.map(({ label: of, name, color = classColor(of) }) => {
            const { truth = "–", found = "–", precision, recall, f1, fBeta } = scores[of] ?? {};
            return (
              <tr key={of}>
                <th scope="row" title={name}>
                  <span className="swatch" style={{ background: color }} />
                  {name}
                </th>
                <td>{truth}</td>
                <td>{found}</td>
                <td>{fixed(precision)}</td>
                <td>{fixed(recall)}</td>
                <td>
                  <b>{fixed(f1)}</b>
                </td>
                {beta !== undefined && <td>{fixed(fBeta)}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="hint">{children}</p>
    </div>
  );
}

interface EvaluationTableProps {
  readonly evaluation: Evaluation;
  /** Whose colours are taken. */
  readonly classes: readonly ClassInfo[];
}

/** The scores of a list of particles against the truth of its volume. */
export function EvaluationTable({ evaluation, classes }: EvaluationTableProps) {
  const scored = Object.entries(evaluation.classes).map(([key, { name }]) => {
    const label = Number(key);
    return { label, name, color: classes.find((info) => info.label === label)?.color };
  });
  return (
    <ScoreTable label="Scores" classes={scored} scores={evaluation.classes} beta={evaluation.beta}>
      Against the truth of this volume, within {evaluation.radiusVoxels} voxels.
    </ScoreTable>
  );
}
