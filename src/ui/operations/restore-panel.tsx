import { compareWith } from "../../commands/open-volume";
import { OPERATIONS } from "../../commands/operations";
import { measureTiltRange } from "../../commands/tilt-range";
import type { Box } from "../../core/volume/shape";
import { entryOf, type VolumeEntry } from "../../state/document";
import { lastJob } from "../../state/jobs";
import { isUnderWay, keepsWhenStopped, takesSamples } from "../../state/restoration";
import { isSwiping } from "../../state/view";
import { Section } from "../controls/section";
import { useDocument, useJobs, useShell, useView, useWorkbench } from "../workbench-context";
import { ChainView } from "./chain-view";
import { OperationForm, useShownVolume } from "./operation-form";
import { RestoreEnd, RestoreSteering } from "./restore-steering";
import { RunBox } from "./run-box";
import { SpectrumPair } from "./spectrum-pair";

/** The box that a restored volume was made of, in its parent's voxels; null for the whole. */
function boxOf(restored: VolumeEntry, parent: VolumeEntry): Box | null {
  const [nz, ny, nx] = restored.meta.shape;
  if (restored.meta.shape.join() === parent.meta.shape.join()) return null;
  const { x, y, z } = restored.origin;
  return { z0: z, y0: y, x0: x, z1: z + nz, y1: y + ny, x1: x + nx };
}

function tiltOf({ provenance }: VolumeEntry): readonly [number, number] | null {
  const tiltName = Object.entries(OPERATIONS.restore.params).find(([, { kind }]) => kind === "range")?.[0];
  const tilt = tiltName && provenance?.params[tiltName];
  // What two series measured together has no outline in this plane.
  if (provenance?.params.dualAxis === true) return null;
  return Array.isArray(tilt) ? [Number(tilt[0]), Number(tilt[1])] : null;
}

/** Ways to look at a result beside what it was made from. */
function CompareButtons({
  restored,
  parent,
}: {
  readonly restored: VolumeEntry;
  readonly parent: VolumeEntry;
}) {
  const workbench = useWorkbench();
  const shown = useView((view) =>
    view.volumeId !== parent.id || view.compareId !== restored.id
      ? null
      : isSwiping(view)
        ? "swipe"
        : view.layout === "side"
          ? "side"
          : null,
  );
  const isParentShown = useView((view) => view.volumeId === parent.id);
  const button = (how: "swipe" | "side", text: string) => (
    <button
      type="button"
      className="button"
      aria-pressed={shown === how}
      disabled={!isParentShown}
      onClick={() => compareWith(workbench, restored.id, how)}
    >
      {text}
    </button>
  );
  return (
    <>
      <div className="field-row">
        {button("swipe", "Swipe")}
        {button("side", "Side by side")}
      </div>
      <p className="hint">
        {shown === "swipe"
          ? "Left of the white line: before; right: after. Drag it, or move it by Shift and arrows; W ends."
          : isParentShown
            ? `${parent.name} and ${restored.name}.`
            : `Show ${parent.name} to compare ${restored.name} with it.`}
      </p>
    </>
  );
}

/** The panel of the missing-wedge restoration. */
export function RestorePanel() {
  const workbench = useWorkbench();
  const volume = useShownVolume();
  const compareId = useView((view) => view.compareId);
  const isDone = useJobs(({ jobs }) => lastJob(jobs, "restore")?.phase === "done");
  // What changes with every report is read where it is shown.
  const underWay = useShell(({ restoration }) => isUnderWay(restoration));
  const isChain = useShell(({ restoration }) => restoration !== null && takesSamples(restoration));
  const isSteered = useShell(({ restoration }) => restoration !== null && keepsWhenStopped(restoration));
  const hasTrace = useShell(({ restoration }) => (restoration?.trace.length ?? 0) > 0);
  const inputId = useShell(({ restoration }) => restoration?.volumeId ?? null);
  const volumes = useDocument((document) => document.volumes);
  const isRestored = ({ role }: VolumeEntry) => role === "restored";
  const compared = entryOf(volumes, compareId);
  const restored = compared && isRestored(compared) ? compared : (volumes.findLast(isRestored) ?? null);
  const parent = entryOf(volumes, restored?.parentId ?? null);
  const input = entryOf(volumes, inputId);
  return (
    <>
      <OperationForm
        operation="restore"
        foldWhenDone
        above={
          volume && (
            <button type="button" className="link-button" onClick={() => measureTiltRange(workbench)}>
              Measure the tilt range in the spectrum
            </button>
          )
        }
      />
      <RunBox
        operation="restore"
        shape={volume?.meta.shape ?? null}
        missing={volume ? null : "Open a tomogram first: drop an MRC file anywhere."}
        controls={underWay && isSteered && <RestoreSteering />}
        ended={isDone && isSteered && <RestoreEnd />}
      />
      {isChain && (underWay || hasTrace) && (
        <Section title="The chain">
          <ChainView invert={input?.display.invert ?? false} />
        </Section>
      )}
      {restored && parent && (
        <>
          <Section title="Before and after">
            <CompareButtons restored={restored} parent={parent} />
          </Section>
          <Section title="Power spectrum, before and after">
            <SpectrumPair
              beforeId={parent.id}
              beforeBox={boxOf(restored, parent)}
              afterId={restored.id}
              tiltDeg={tiltOf(restored)}
              tiltAxis={restored.provenance?.params.tiltAxis === "x" ? "x" : "y"}
              revision={restored.revision}
            />
          </Section>
        </>
      )}
    </>
  );
}
