import { lazy, Suspense } from "react";
import { OPERATIONS } from "../../commands/operations";
import type { Box } from "../../core/volume/shape";
import { entryOf, type VolumeEntry } from "../../state/document";
import { type Job, lastJob } from "../../state/jobs";
import { Section } from "../controls/section";
import { formatNumber, formatPercent } from "../format-quantity";
import { useDocument, useJobs, useView } from "../workbench-context";
import { OperationForm, useShownVolume } from "./operation-form";
import { PreviewCanvas } from "./preview-canvas";
import { RunBox } from "./run-box";
import { SpectrumPair } from "./spectrum-pair";

const TracePlot = lazy(async () => ({ default: (await import("./trace-plot")).TracePlot }));

/** The chain while it runs and after: energy, acceptance, and the current sample. */
function Chain({ job, invert }: { readonly job: Job; readonly invert: boolean }) {
  const last = job.trace.at(-1);
  const accepted = job.trace.filter((point) => point.accepted).length;
  if (!last) return null;
  return (
    <>
      <Suspense fallback={<div className="plot-space" />}>
        <TracePlot trace={job.trace} />
      </Suspense>
      <p className="figures">
        iteration <b>{last.iteration}</b> · energy <b>{formatNumber(last.energy)}</b> · accepted{" "}
        <b>{formatPercent(accepted / job.trace.length)}</b> · β <b>{formatNumber(last.beta)}</b>
      </p>
      {job.phase === "running" && (
        <PreviewCanvas jobId={job.id} revision={job.previewRevision} invert={invert} />
      )}
    </>
  );
}

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
  return Array.isArray(tilt) ? [Number(tilt[0]), Number(tilt[1])] : null;
}

/** The panel of the missing-wedge restoration. */
export function RestorePanel() {
  const volume = useShownVolume();
  const compareId = useView((view) => view.compareId);
  const job = useJobs(({ jobs }) => lastJob(jobs, "restore"));
  const volumes = useDocument((document) => document.volumes);
  const isRestored = ({ role }: VolumeEntry) => role === "restored";
  const compared = entryOf(volumes, compareId);
  const restored = compared && isRestored(compared) ? compared : (volumes.findLast(isRestored) ?? null);
  const parent = entryOf(volumes, restored?.parentId ?? null);
  return (
    <>
      <OperationForm operation="restore" foldWhenDone />
      <RunBox
        operation="restore"
        shape={volume?.meta.shape ?? null}
        missing={volume ? null : "Open a tomogram first: drop an MRC file anywhere."}
        live={job && <Chain job={job} invert={volume?.display.invert ?? false} />}
      />
      {job && job.phase !== "running" && job.trace.length > 0 && (
        <Section title="The chain">
          <Chain job={job} invert={volume?.display.invert ?? false} />
        </Section>
      )}
      {restored && parent && (
        <Section title="Power spectrum, before and after">
          <SpectrumPair
            beforeId={parent.id}
            beforeBox={boxOf(restored, parent)}
            afterId={restored.id}
            tiltDeg={tiltOf(restored)}
          />
        </Section>
      )}
    </>
  );
}
