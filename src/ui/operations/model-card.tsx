import type { ModelManifest } from "../../core/nn/model";
import { formatLength } from "../format-quantity";

/** What a model says of itself: its classes, its scale, and what it was trained on. */
export function ModelCard({ model }: { readonly model: ModelManifest }) {
  const classes = model.classes.filter(({ label }) => label > 0);
  return (
    <section className="card" aria-label={`Model ${model.name}`}>
      <h2 className="card-title">
        Model <b>{model.name}</b>
        <span className="unit">{model.voxelSizeAngstrom} Å per voxel</span>
      </h2>
      <ul className="chips">
        {classes.map(({ label, name, color, radiusAngstrom }) => (
          <li key={label} className="chip">
            <span className="swatch" style={{ background: color }} /> {name}
            {radiusAngstrom && <span className="unit">⌀ {formatLength(2 * radiusAngstrom)}</span>}
          </li>
        ))}
      </ul>
      <p className="sentence warning">
        Trained on simulated data only: {model.trainedOn}. Expect it to do worse on real tomograms.
      </p>
      <p className="hint">
        Expects protein {model.proteinIsBright ? "bright" : "dark"} · {model.licence}
      </p>
    </section>
  );
}
