import { describeModel, saveModel } from "../../commands/models";
import type { ModelManifest } from "../../core/nn/model";
import { classColor } from "../../core/particles/class-colors";
import type { ClassInfo } from "../../core/particles/particle-list";
import type { ModelEntry } from "../../state/models";
import { Section } from "../controls/section";
import { formatLength, formatNumber } from "../format-quantity";
import { useWorkbench } from "../workbench-context";
import { ModelDescription } from "./model-description";

/** So many classes are seen at once; a longer list begins folded. */
const MAX_OPEN_CLASSES = 6;

const score = (value: number | undefined) => (value === undefined ? "" : value.toFixed(2));

/** The classes of a model: colour, name, diameter, and how well it finds them where that was measured. */
function ClassTable({ manifest }: { readonly manifest: ModelManifest }) {
  const { classes, measured = {} } = manifest;
  const hasScores = classes.some(({ label }) => measured[label] !== undefined);
  const hasDice = classes.some(({ label }) => measured[label]?.dice !== undefined);
  const row = ({ label, name, color, radiusAngstrom }: ClassInfo) => (
    <tr key={label}>
      <th scope="row" title={name}>
        <span className="swatch" style={{ background: color ?? classColor(label) }} /> {name}
      </th>
      <td>{radiusAngstrom && formatLength(2 * radiusAngstrom)}</td>
      {hasScores && (
        <>
          <td>
            <b>{score(measured[label]?.f1)}</b>
          </td>
          {hasDice && <td>{score(measured[label]?.dice)}</td>}
        </>
      )}
    </tr>
  );
  return (
    <table className="model-classes" aria-label="Classes">
      <thead>
        <tr>
          <th scope="col">Class</th>
          <th scope="col" title="Diameter">
            ⌀
          </th>
          {hasScores && (
            <>
              <th scope="col" title="Precision and recall of particles in one, on data it has not seen">
                F1
              </th>
              {hasDice && (
                <th scope="col" title="Agreement of voxels, on data it has not seen">
                  Dice
                </th>
              )}
            </>
          )}
        </tr>
      </thead>
      <tbody>{classes.filter(({ label }) => label > 0).map(row)}</tbody>
    </table>
  );
}

/** What a model says of itself: its classes, its scale, what it was trained on and how well it does. */
export function ModelCard({ model }: { readonly model: ModelEntry }) {
  const workbench = useWorkbench();
  const { id, manifest, isDescribed, isShipped } = model;
  const { classes, voxelSizeAngstrom, proteinIsBright, trainedOn, licence } = manifest;
  const count = classes.length - 1;
  return (
    <section className="card" aria-label={`Model ${manifest.name}`}>
      {isDescribed ? (
        <>
          <p className="hint">
            {voxelSizeAngstrom === null ? "Any voxel size" : `${formatNumber(voxelSizeAngstrom)} Å per voxel`}{" "}
            · protein {proteinIsBright ? "bright" : "dark"} · {licence}
          </p>
          <Section title={`${count} classes`} open={count <= MAX_OPEN_CLASSES}>
            <ClassTable manifest={manifest} />
          </Section>
          <p className={isShipped ? "sentence warning" : "hint"}>
            {isShipped
              ? `Trained on simulated data only: ${trainedOn}. Expect it to do worse on real tomograms.`
              : `Trained on ${trainedOn}.`}
          </p>
        </>
      ) : (
        <ModelDescription manifest={manifest} onChange={(change) => describeModel(workbench, id, change)} />
      )}
      <p className="hint">
        Save as{" "}
        <button type="button" className="link-button" onClick={() => void saveModel(workbench, model, "own")}>
          manifest and weights
        </button>{" "}
        or{" "}
        <button type="button" className="link-button" onClick={() => void saveModel(workbench, model, "h5")}>
          DeepFinder .h5
        </button>
      </p>
    </section>
  );
}
