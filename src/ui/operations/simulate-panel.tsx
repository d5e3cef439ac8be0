import { lazy, Suspense } from "react";
import { OPERATIONS } from "../../commands/operations";
import { cellShape, chosenRecipe, isSmall } from "../../commands/run-simulate";
import type { CtfSettings, Imaging } from "../../core/microscope/imaging";
import { SIMULATE_PARAMS, type SimulateParams } from "../../core/operations/simulate-params";
import type { Recipe } from "../../core/simulate/recipe";
import { lastJob } from "../../state/jobs";
import { type CellState, setParam } from "../../state/shell";
import { Section } from "../controls/section";
import { Select } from "../controls/select";
import { formatNumber, formatPercent, formatShape } from "../format-quantity";
import { useJobs, useShell, useWorkbench } from "../workbench-context";
import { CellPictures } from "./cell-pictures";
import { ImagingControls } from "./imaging-controls";
import { ParamField } from "./param-field";
import { RunBox } from "./run-box";

const CtfPlot = lazy(async () => ({ default: (await import("./ctf-plot")).CtfPlot }));

const SIDES = [64, 96, 128] as const;
const OWN = "own";

/** The sizes that a recipe is offered in: as it is built without a choice, and cubes. */
function sizesOf(recipe: Recipe) {
  const own = { value: OWN, label: `${formatShape(cellShape(recipe, null))} voxels` };
  return [
    own,
    ...SIDES.map((side) => ({ value: String(side), label: `${formatShape([side, side, side])} voxels` })),
  ];
}

/** Which recipe, how large, and which seed. */
function CellForm() {
  const workbench = useWorkbench();
  const { shell } = workbench;
  const recipes = useShell((state) => state.recipes);
  const side = useShell((state) => state.cellSide);
  const seed = useShell(({ params }) => params.simulate?.seed);
  useShell((state) => state.recipeName);
  const recipe = chosenRecipe(workbench);
  if (!recipe) return <p className="sentence">The recipes are being read.</p>;
  return (
    <div className="form">
      <div className="field">
        <label className="field-label" htmlFor="simulate-recipe">
          Recipe
        </label>
        <Select
          id="simulate-recipe"
          label="Recipe"
          value={recipe.name}
          options={recipes.map(({ name }) => ({ value: name, label: name }))}
          describedBy="simulate-recipe-help"
          onChange={(recipeName) => shell.setState({ recipeName })}
        />
        <p className="hint" id="simulate-recipe-help">
          {recipe.summary}
        </p>
      </div>
      <div className="field">
        <label className="field-label" htmlFor="simulate-side">
          Size
        </label>
        <Select
          id="simulate-side"
          label="Size"
          value={side === null ? OWN : String(side)}
          options={sizesOf(recipe)}
          describedBy="simulate-side-help"
          onChange={(next) => shell.setState({ cellSide: next === OWN ? null : Number(next) })}
        />
        <p className="hint" id="simulate-side-help">
          Voxels of {formatNumber(recipe.scene.voxelSizeAngstrom)} Å; the particles become fewer with the
          volume.
          {!isSmall(recipe) && ` The command line makes the whole ${formatShape(recipe.scene.shape)}.`}
        </p>
      </div>
      <ParamField
        id="simulate-seed"
        param={SIMULATE_PARAMS.seed}
        value={seed}
        classes={[]}
        onChange={(value) => setParam(shell, "simulate", "seed", value)}
      />
    </div>
  );
}

/** The CTF that the controls stand for, or null where the recipe has none. */
function statedCtf({ ctf }: Imaging, given: Partial<SimulateParams>): CtfSettings | null {
  return ctf && { ...ctf, defocusMicrometre: given.defocusMicrometre ?? ctf.defocusMicrometre };
}

const NO_PARAMS = {};

/** The open cell: its pictures, the controls of the microscope, and what was placed. */
function Cell({ cell }: { readonly cell: CellState }) {
  const given = (useShell(({ params }) => params.simulate) ?? NO_PARAMS) as Partial<SimulateParams>;
  const { imaging, scene } = cell.recipe;
  const tiltDeg = [
    given.minTiltDeg ?? imaging.tilts.minTiltDeg,
    given.maxTiltDeg ?? imaging.tilts.maxTiltDeg,
  ] as const;
  const ctf = statedCtf(imaging, given);
  const { placed, occupancy, measuredSnr } = cell.output;
  const image = useJobs(({ jobs }) => lastJob(jobs, "image"));
  return (
    <>
      <Section title="Image, spectrum, truth">
        <CellPictures cell={cell} tiltDeg={tiltDeg} />
        <p className="figures">
          {measuredSnr === null ? (
            "no noise"
          ) : (
            <>
              SNR measured <b>{measuredSnr.toPrecision(3)}</b>
            </>
          )}
          {cell.seconds !== null && (
            <>
              {" "}
              · imaged in <b>{cell.seconds.toFixed(2)} s</b>
            </>
          )}
        </p>
      </Section>
      <Section title="Microscope">
        {image?.phase === "failed" && (
          <p className="sentence danger" role="alert">
            {image.error}
          </p>
        )}
        <ImagingControls imaging={imaging} />
      </Section>
      {ctf && (
        <Section title="Contrast transfer">
          <Suspense fallback={<div className="ctf-plot" />}>
            <CtfPlot ctf={ctf} voxelSizeAngstrom={scene.voxelSizeAngstrom} />
          </Suspense>
        </Section>
      )}
      <Section title="What was placed">
        <table className="class-table">
          <tbody>
            {placed.map(({ name, asked, placed: count }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{count === asked ? count : `${count} of ${asked}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="hint">{formatPercent(occupancy)} of the volume is filled.</p>
      </Section>
    </>
  );
}

/** The panel of the simulator: builds a small cell whose truth is known, and images it live. */
export function SimulatePanel() {
  const workbench = useWorkbench();
  const side = useShell((state) => state.cellSide);
  const cell = useShell((state) => state.cell);
  const recipe = chosenRecipe(workbench);
  useShell((state) => state.recipes);
  return (
    <>
      <p className="summary">{OPERATIONS.simulate.summary}</p>
      {/* It makes way for what is looked at while the microscope's controls move. */}
      {cell ? (
        <Section title={`Recipe: ${recipe?.name ?? ""}`} open={false}>
          <CellForm />
        </Section>
      ) : (
        <CellForm />
      )}
      <RunBox operation="simulate" shape={recipe && cellShape(recipe, side)} />
      {cell && <Cell cell={cell} />}
    </>
  );
}
