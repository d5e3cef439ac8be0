import { ChevronLeft, ChevronRight, Redo2, Trash2, Undo2 } from "lucide-react";
import { selectParticle } from "../../commands/review-particles";
import { entryOf } from "../../state/document";
import { CommandButton } from "../controls/icon-button";
import { useCommand, useDocument, useView, useWorkbench } from "../workbench-context";
import { ExportMenu } from "./export-menu";
import { ParticleTable } from "./particle-table";
import { EvaluationTable } from "./score-table";

function NoParticles() {
  const segment = useCommand("run.segment");
  const localize = useCommand("run.localize");
  return (
    <div className="empty">
      <p>No particles yet.</p>
      <p className="hint">
        Segmenting the tomogram fills this table: labels first, then one row for each particle found in them.
      </p>
      {localize.enabled ? (
        <button type="button" className="button" onClick={localize.run}>
          Localize in the labels
        </button>
      ) : (
        <button type="button" className="button" disabled={!segment.enabled} onClick={segment.run}>
          Segment and localize
        </button>
      )}
    </div>
  );
}

/** The panel where particles are checked one by one, scored and exported. */
export function ReviewPanel() {
  const workbench = useWorkbench();
  const particlesId = useView((view) => view.particlesId);
  const selected = useView((view) => view.selectedParticle);
  const sort = useView((view) => view.particleSort);
  const entry = useDocument(({ particles }) => entryOf(particles, particlesId));
  const labels = useDocument((document) => entryOf(document.labels, entry?.labelsId ?? null));
  const classes = labels?.classes ?? entry?.list.classes ?? [];
  return (
    <div className="review">
      <div className="panel-bar">
        <span>
          <b>{entry?.list.particles.length ?? 0}</b> particles
        </span>
        <span className="spring" />
        <CommandButton id="particles.previous">
          <ChevronLeft size={14} aria-hidden />
        </CommandButton>
        <CommandButton id="particles.next">
          <ChevronRight size={14} aria-hidden />
        </CommandButton>
        <CommandButton id="particles.remove">
          <Trash2 size={14} aria-hidden />
        </CommandButton>
        <CommandButton id="edit.undo">
          <Undo2 size={14} aria-hidden />
        </CommandButton>
        <CommandButton id="edit.redo">
          <Redo2 size={14} aria-hidden />
        </CommandButton>
        <ExportMenu />
      </div>
      {entry ? (
        <>
          {entry.evaluation && <EvaluationTable evaluation={entry.evaluation} classes={classes} />}
          {entry.list.particles.length > 0 ? (
            <ParticleTable
              particles={entry.list.particles}
              classes={classes}
              selected={selected}
              sort={sort}
              onSort={(particleSort) => workbench.view.setState({ particleSort })}
              onSelect={(particle) => selectParticle(workbench, particle)}
            />
          ) : (
            <p className="empty hint">
              No group of voxels is large enough: lower the smallest sizes in Localize and run it again.
            </p>
          )}
        </>
      ) : (
        <NoParticles />
      )}
    </div>
  );
}
