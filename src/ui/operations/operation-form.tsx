import type { ReactNode } from "react";
import { boxFor, chooseBoxFor } from "../../commands/choose-box";
import { OPERATIONS } from "../../commands/operations";
import type { OperationId } from "../../contracts/compute";
import type { ClassInfo } from "../../core/particles/particle-list";
import { entryOf, voxelSizeOf } from "../../state/document";
import { lastJob } from "../../state/jobs";
import { resetParams, setParam } from "../../state/shell";
import { Section } from "../controls/section";
import { useDocument, useJobs, useShell, useView, useWorkbench } from "../workbench-context";
import { ParamForm } from "./param-form";

const NO_VALUES = {};

/** Returns the volume that operations work on: the one that is shown. */
export function useShownVolume() {
  const volumeId = useView((view) => view.volumeId);
  return useDocument(({ volumes }) => entryOf(volumes, volumeId));
}

/** What an operation does, and its parameters. */
export function OperationForm({
  operation,
  classes = [],
  foldWhenDone = false,
  withBox = true,
  above,
}: {
  readonly operation: OperationId;
  readonly classes?: readonly ClassInfo[];
  readonly foldWhenDone?: boolean;
  /** Whether a box of the shown volume can be chosen. */
  readonly withBox?: boolean;
  /** What is chosen before the parameters. */
  readonly above?: ReactNode;
}) {
  const workbench = useWorkbench();
  const values = useShell((shell) => shell.params[operation]) ?? NO_VALUES;
  const box = useView((view) => boxFor(operation, view, workbench.shell.getState()));
  const volume = useShownVolume();
  const phase = useJobs(({ jobs }) => lastJob(jobs, operation)?.phase);
  const isFolded = phase === "running" || (foldWhenDone && phase === "done");
  const { summary, params } = OPERATIONS[operation];
  const form = (
    <>
      <ParamForm
        idPrefix={operation}
        spec={params}
        values={values}
        classes={classes}
        box={
          volume && withBox
            ? {
                value: box,
                shape: volume.meta.shape,
                voxelSizeAngstrom: voxelSizeOf(volume),
                onChange: (choice) => chooseBoxFor(workbench, operation, choice),
              }
            : undefined
        }
        onChange={(name, value) => setParam(workbench.shell, operation, name, value)}
      />
      {Object.keys(values).length > 0 && (
        <button type="button" className="link-button" onClick={() => resetParams(workbench.shell, operation)}>
          Reset all to defaults
        </button>
      )}
    </>
  );
  return (
    <>
      <p className="summary">{summary}</p>
      {above}
      {/* They make way for the progress, and for results that are looked at here. */}
      {isFolded ? (
        <Section title="Parameters" open={false}>
          {form}
        </Section>
      ) : (
        form
      )}
    </>
  );
}
