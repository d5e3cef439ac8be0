import { openPanel } from "../../commands/operation-commands";
import { entryOf, voxelSizeOf } from "../../state/document";
import { chosenModel } from "../../state/models";
import { ScoreTable } from "../review/score-table";
import { useDocument, useShell, useView, useWorkbench } from "../workbench-context";
import { OperationForm, useShownVolume } from "./operation-form";
import { RunBox } from "./run-box";

/** The panel of the localization: labels in, particles out. */
export function LocalizePanel() {
  const workbench = useWorkbench();
  const volume = useShownVolume();
  const labelsId = useView((view) => view.labelsId);
  const particlesId = useView((view) => view.particlesId);
  const labels = useDocument((document) => entryOf(document.labels, labelsId));
  const particles = useDocument((document) => entryOf(document.particles, particlesId));
  const model = useShell((shell) => chosenModel(shell, volume && voxelSizeOf(volume)));
  const ready = labels?.complete ?? false;
  return (
    <>
      <OperationForm operation="localize" classes={labels?.classes ?? model?.manifest.classes ?? []} />
      <RunBox
        operation="localize"
        shape={volume?.meta.shape ?? null}
        missing={ready ? null : "Segment the tomogram first: particles are found in its labels."}
      />
      {particles && (
        <>
          {particles.evaluation ? (
            <ScoreTable evaluation={particles.evaluation} />
          ) : (
            <p className="sentence">{particles.list.particles.length} particles.</p>
          )}
          <button type="button" className="link-button" onClick={() => openPanel(workbench, "review")}>
            Review the particles
          </button>
        </>
      )}
    </>
  );
}
