import { X } from "lucide-react";
import { simulateForTraining } from "../../commands/run-train";
import { type TrainingTomogram, trainingTomograms } from "../../commands/training-data";
import type { DataSource, TrainingRecipe } from "../../core/train/training-recipe";
import { lastJob } from "../../state/jobs";
import { changeSetup, type TrainingUse } from "../../state/training";
import { IconButton } from "../controls/icon-button";
import { Select } from "../controls/select";
import { useDocument, useJobs, useShell, useWorkbench } from "../workbench-context";
import { JobProgress } from "./job-progress";

const NONE = "none";
const USES = [
  { value: "train", label: "train" },
  { value: "validation", label: "validate" },
  { value: "off", label: "leave out" },
] as const satisfies readonly { value: TrainingUse; label: string }[];

interface SourceSelectProps {
  readonly label: string;
  readonly none: string;
  readonly choices: readonly { readonly id: string; readonly name: string }[];
  readonly chosen: { readonly id: string } | null;
  onChange(id: string | null): void;
}

function SourceSelect({ label, none, choices, chosen, onChange }: SourceSelectProps) {
  return (
    <Select
      label={label}
      value={chosen?.id ?? NONE}
      options={[...choices.map(({ id, name }) => ({ value: id, label: name })), { value: NONE, label: none }]}
      onChange={(id) => onChange(id === NONE ? null : id)}
    />
  );
}

/** One tomogram: what it is for, and what is known of it. */
function TomogramRow({ tomogram }: { readonly tomogram: TrainingTomogram }) {
  const { shell } = useWorkbench();
  const setup = useShell((state) => state.trainingSetup);
  const { volume, use, labelChoices, labels, particleChoices, particles } = tomogram;
  const { id, name } = volume;
  const isKnown = labels !== null || particles !== null;
  return (
    <li className="training-tomogram">
      <div className="field-row">
        <span className="name" title={name}>
          {name}
        </span>
        {isKnown && (
          <Select
            label={`Use of ${name}`}
            value={use}
            options={USES}
            onChange={(next) => changeSetup(shell, { uses: { ...setup.uses, [id]: next } })}
          />
        )}
      </div>
      {(use !== "off" || !isKnown) && (
        <div className="field-row">
          {labelChoices.length > 0 && (
            <SourceSelect
              label={`Label map of ${name}`}
              none="no label map"
              choices={labelChoices}
              chosen={labels}
              onChange={(next) => changeSetup(shell, { labels: { ...setup.labels, [id]: next } })}
            />
          )}
          {particleChoices.length > 0 && (
            <SourceSelect
              label={`Particles of ${name}`}
              none="no particles"
              choices={particleChoices}
              chosen={particles}
              onChange={(next) => changeSetup(shell, { particles: { ...setup.particles, [id]: next } })}
            />
          )}
          {labelChoices.length + particleChoices.length === 0 && (
            <span className="hint">Nothing is known of it: open its label map, or drop its particles.</span>
          )}
        </div>
      )}
    </li>
  );
}

/** Offers a small simulated cell, whose content is known; while it is built, how far it is. */
export function SimulateForTraining({ label }: { readonly label: string }) {
  const workbench = useWorkbench();
  const hasRecipes = useShell(({ recipes }) => recipes.length > 0);
  const job = useJobs(({ jobs }) => lastJob(jobs, "simulate"));
  if (job?.phase === "running") return <JobProgress job={job} />;
  return (
    <button
      type="button"
      className="link-button"
      disabled={!hasRecipes}
      onClick={() => void simulateForTraining(workbench)}
    >
      {label}
    </button>
  );
}

/** What is open, and what of it is trained on. */
export function OpenTomograms() {
  const document = useDocument((state) => state);
  const shell = useShell((state) => state);
  const tomograms = trainingTomograms(document, shell);
  const isMap = new Set(tomograms.map(({ labels }) => labels?.id));
  const hasTrain = tomograms.some(({ use, labels }) => use === "train" && labels !== null);
  return (
    <>
      <ul className="training-tomograms" aria-label="Tomograms">
        {tomograms
          .filter(({ volume }) => !isMap.has(volume.id))
          .map((tomogram) => (
            <TomogramRow key={tomogram.volume.id} tomogram={tomogram} />
          ))}
      </ul>
      {!tomograms.some(({ use }) => use === "validation") && hasTrain && (
        <p className="hint">
          Without one to validate on, nothing shows whether the model knows more than these data.
        </p>
      )}
      <SimulateForTraining
        label={hasTrain ? "Simulate another small cell, to validate on" : "Simulate a small cell to train on"}
      />
    </>
  );
}

const nameOf = (source: DataSource) =>
  "volume" in source
    ? source.volume
    : `simulated: ${typeof source.recipe === "string" ? source.recipe : source.recipe.name}, seed ${source.seed}`;

/** The data of a recipe that was opened. */
export function RecipeData({ recipe }: { readonly recipe: TrainingRecipe }) {
  const { shell } = useWorkbench();
  const rows = (["train", "validation"] as const).flatMap((use) =>
    recipe.data[use].map((source, i) => ({ key: `${use} ${i}`, use, name: nameOf(source) })),
  );
  return (
    <section className="card" aria-label={`Recipe ${recipe.name}`}>
      <div className="field-row">
        <span className="field-label">Recipe {recipe.name}</span>
        <span className="spring" />
        <IconButton
          className="small"
          label="Close the recipe and take what is open"
          onClick={() => changeSetup(shell, { recipe: null, name: null, values: {} })}
        >
          <X size={14} aria-hidden />
        </IconButton>
      </div>
      <table className="class-table">
        <tbody>
          {rows.map(({ key, use, name }) => (
            <tr key={key}>
              <th scope="row" title={name}>
                {name}
              </th>
              <td className="unit">{use === "train" ? "train" : "validate"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hint">
        {recipe.classes.length - 1} classes at {recipe.voxelSizeAngstrom} Å:{" "}
        {recipe.classes
          .filter(({ label }) => label > 0)
          .map(({ name }) => name)
          .join(", ")}
        .
      </p>
    </section>
  );
}
