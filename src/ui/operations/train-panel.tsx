import { useMemo } from "react";
import { OPERATIONS } from "../../commands/operations";
import { dataClasses, trainingTomograms } from "../../commands/training-data";
import { FROM_SCRATCH, fieldsOf, planTraining, type TrainingPlan } from "../../commands/training-plan";
import { changeSetup } from "../../state/training";
import { Section } from "../controls/section";
import { Select } from "../controls/select";
import { useDocument, useShell, useWorkbench } from "../workbench-context";
import { ParamForm } from "./param-form";
import { TrainingClassTable } from "./training-class-table";
import { OpenTomograms, RecipeData, SimulateForTraining } from "./training-data-list";
import { TrainingRun } from "./training-run";

/** Returns what would be trained as it is set up, or what it needs first. */
function usePlan() {
  const workbench = useWorkbench();
  const document = useDocument((state) => state);
  const setup = useShell((state) => state.trainingSetup);
  const models = useShell((state) => state.models);
  const recipes = useShell((state) => state.recipes);
  const backend = useShell((state) => state.backend);
  // biome-ignore lint/correctness/useExhaustiveDependencies: planTraining reads these from the stores
  return useMemo(() => planTraining(workbench), [workbench, document, setup, models, recipes, backend]);
}

/** The model that training starts from, and the name of the one to be. */
function StartFields({ plan }: { readonly plan: TrainingPlan | null }) {
  const { shell } = useWorkbench();
  const models = useShell((state) => state.models);
  const { startId, name, recipe } = useShell((state) => state.trainingSetup);
  const start = startId ?? plan?.start?.id ?? FROM_SCRATCH;
  return (
    <>
      <div className="field">
        <label className="field-label" htmlFor="train-start">
          Start
        </label>
        <Select
          id="train-start"
          label="Start"
          value={start}
          options={[
            { value: FROM_SCRATCH, label: "from scratch" },
            ...models.map(({ id, manifest }) => ({ value: id, label: `from ${manifest.name}` })),
          ]}
          describedBy="train-start-help"
          onChange={(id) => changeSetup(shell, { startId: id })}
        />
        <p className="hint" id="train-start-help">
          {plan?.keepsClasses
            ? "It has all classes of the data: its own are kept, with their sizes."
            : start !== FROM_SCRATCH && !recipe && plan
              ? "It lacks classes of these names: its last layer learns those above instead. Name them as it does to keep its own."
              : "A model that knows something similar needs fewer steps."}
        </p>
      </div>
      <div className="field">
        <label className="field-label" htmlFor="train-name">
          Name of the model
        </label>
        <div className="field-row">
          <input
            id="train-name"
            className="text-input"
            value={name ?? plan?.recipe.name ?? ""}
            maxLength={80}
            onChange={(event) => changeSetup(shell, { name: event.target.value })}
          />
        </div>
      </div>
    </>
  );
}

/** What is trained on, from what, and how. */
function Setup({ plan }: { readonly plan: TrainingPlan | null }) {
  const workbench = useWorkbench();
  const document = useDocument((state) => state);
  const shell = useShell((state) => state);
  const { trainingSetup: setup } = shell;
  const tomograms = trainingTomograms(document, shell);
  const classes = dataClasses(tomograms, document, shell);
  return (
    <>
      <Section title="Data">
        {setup.recipe ? <RecipeData recipe={setup.recipe} /> : <OpenTomograms />}
      </Section>
      {!setup.recipe && classes.length > 0 && (
        <Section title={`${classes.length} classes`} open={classes.length <= 6}>
          <TrainingClassTable classes={classes} />
        </Section>
      )}
      <div className="form">
        <StartFields plan={plan} />
      </div>
      <ParamForm
        idPrefix="train"
        spec={fieldsOf(workbench)}
        values={setup.values}
        classes={[]}
        onChange={(name, value) => {
          const { [name]: _, ...others } = setup.values;
          changeSetup(workbench.shell, {
            values: value === undefined ? others : { ...others, [name]: value },
          });
        }}
      />
    </>
  );
}

/** The panel of the training: data, start and values, then the curves and the model. */
export function TrainPanel() {
  const plan = usePlan();
  const shell = useShell((state) => state);
  const { training } = shell;
  const { recipe } = shell.trainingSetup;
  const document = useDocument((state) => state);
  const isEmpty =
    !recipe &&
    !trainingTomograms(document, shell).some(
      ({ labelChoices, particleChoices }) => labelChoices.length + particleChoices.length > 0,
    );
  const form = <Setup plan={typeof plan === "string" ? null : plan} />;
  const isFolded = training !== null && training.phase !== "stopped" && training.phase !== "failed";
  return (
    <>
      <p className="summary">{OPERATIONS.train.summary}</p>
      {isEmpty && !training ? (
        <>
          <p className="sentence">
            Training needs a tomogram whose content is known: open one with its label map or its particles,
            drop a training recipe (.json) with its files, or simulate one.
          </p>
          <SimulateForTraining label="Simulate a small cell to train on" />
        </>
      ) : isFolded ? (
        // It makes way for the curves.
        <Section title="Data and parameters" open={false}>
          {form}
        </Section>
      ) : (
        form
      )}
      {(!isEmpty || training) && <TrainingRun plan={plan} />}
    </>
  );
}
