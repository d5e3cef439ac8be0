import type { Evaluation } from "../../core/operations/results";

/** How often each true class was found as each class; names go down, numbers of the same order go across. */
export function ConfusionTable({ evaluation }: { readonly evaluation: Evaluation }) {
  const { classes, confusion } = evaluation;
  const names = [...confusion.labels.map((label) => classes[label].name), "nothing there"];
  const heads = [...confusion.labels.map(String), "missed"];
  const most = Math.max(1, ...confusion.counts.flat());
  return (
    <div className="scores confusion">
      <table aria-label="Confusion matrix">
        <thead>
          <tr>
            <th scope="col">true, found as</th>
            {heads.map((head, index) => (
              <th key={head} scope="col" title={index < confusion.labels.length ? names[index] : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {confusion.counts.map((row, true_) => (
            <tr key={names[true_]}>
              <th scope="row" title={names[true_]}>
                {true_ < confusion.labels.length && <span className="unit">{confusion.labels[true_]} </span>}
                {names[true_]}
              </th>
              {row.map((count, found) => (
                <td
                  key={heads[found]}
                  className={
                    true_ !== found ? "wrong" : found < confusion.labels.length ? "right" : undefined
                  }
                  style={{ "--share": count / most } as React.CSSProperties}
                >
                  {count === 0 ? "·" : count}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
