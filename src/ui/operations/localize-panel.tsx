import { openPanel } from "../../commands/operation-commands";
import { entryOf, type ParticlesEntry, voxelSizeOf } from "../../state/document";
import { chosenModel } from "../../state/models";
import { Section } from "../controls/section";
import { ConfusionTable } from "../review/confusion-table";
import { DistancePanel } from "../review/distance-panel";
import { ExportMenu } from "../review/export-menu";
import { OverlapTable } from "../review/overlap-table";
import { EvaluationTable } from "../review/score-table";
import { ThresholdPanel } from "../review/threshold-panel";
import { useDocument, useShell, useView, useWorkbench } from "../workbench-context";
import { OperationForm, useShownVolume } from "./operation-form";
import { RunBox } from "./run-box";

/** What was found, how good it is, and how that depends on the smallest size. */
function Found({ entry }: { readonly entry: ParticlesEntry }) {
  const workbench = useWorkbench();
  const labels = useDocument((document) => entryOf(document.labels, entry.labelsId));
  const { evaluation, list } = entry;
  return (
    <>
      <div className="panel-bar">
        <span>
          <b>{list.particles.length}</b> particles
        </span>
        <span className="spring" />
        <button type="button" className="link-button" onClick={() => openPanel(workbench, "review")}>
          Review the particles
        </button>
        <ExportMenu />
      </div>
      {evaluation && <EvaluationTable evaluation={evaluation} classes={labels?.classes ?? list.classes} />}
      <Section title="Thresholds">
        <ThresholdPanel entry={entry} />
      </Section>
      {evaluation && (
        <Section title="Confusion" open={false}>
          <ConfusionTable evaluation={evaluation} />
        </Section>
      )}
      <Section title="Two lists" open={false}>
        <OverlapTable entry={entry} />
      </Section>
      <Section title="Distances" open={false}>
        <DistancePanel entry={entry} />
      </Section>
    </>
  );
}

/** The panel of the localization: labels in, particles out. */
export function LocalizePanel() {
  const volume = useShownVolume();
  const labelsId = useView((view) => view.labelsId);
  const particlesId = useView((view) => view.particlesId);
  const labels = useDocument((document) => entryOf(document.labels, labelsId));
  const particles = useDocument((document) => entryOf(document.particles, particlesId));
  const model = useShell((shell) => chosenModel(shell, volume && voxelSizeOf(volume)));
  const ready = labels?.complete ?? false;
  return (
    <>
      <OperationForm
        operation="localize"
        classes={labels?.classes ?? model?.manifest.classes ?? []}
        foldWhenDone
      />
      <RunBox
        operation="localize"
        shape={volume?.meta.shape ?? null}
        missing={ready ? null : "Segment the tomogram first: particles are found in its labels."}
      />
      {particles && <Found entry={particles} />}
    </>
  );
}
