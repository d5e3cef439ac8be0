import { CircleDot, Info } from "lucide-react";
import { useMemo } from "react";
import { EXPORT_FORMATS, exportParticles } from "../../commands/export-results";
import { closeEntry, showVolume } from "../../commands/open-volume";
import { openPanel } from "../../commands/operation-commands";
import { entryOf, type ParticlesEntry, patchEntry } from "../../state/document";
import { IconButton } from "../controls/icon-button";
import { useDocument, useView, useWorkbench } from "../workbench-context";
import { TreeRow } from "./tree-row";

/** A list of particles in the data tree, with how many there are of each class. */
export function ParticlesBranch({ entry }: { readonly entry: ParticlesEntry }) {
  const workbench = useWorkbench();
  const isShown = useView((view) => view.particlesId === entry.id);
  const labels = useDocument((document) => entryOf(document.labels, entry.labelsId));
  const counts = useMemo(() => {
    const byLabel = new Map<number, number>();
    for (const { label } of entry.list.particles) byLabel.set(label, (byLabel.get(label) ?? 0) + 1);
    return byLabel;
  }, [entry.list]);
  const show = () => {
    if (workbench.view.getState().volumeId !== entry.parentId) showVolume(workbench, entry.parentId);
    workbench.view.setState({ particlesId: entry.id, selectedParticle: null, particleMarks: true });
    openPanel(workbench, "review");
  };
  const tell = () => workbench.shell.setState({ provenanceOf: entry.id });
  const classes = (labels?.classes ?? entry.list.classes).filter(({ label }) => counts.has(label));
  return (
    <ul className="tree">
      <li>
        <TreeRow
          name={entry.name}
          note={String(entry.list.particles.length)}
          icon={<CircleDot size={14} aria-hidden />}
          current={isShown}
          onShow={show}
          onRename={(name) => patchEntry(workbench.document, "particles", entry.id, { name })}
          actions={[
            { label: "Review", run: show },
            { label: "Provenance", run: tell },
            ...EXPORT_FORMATS.map(({ id, label }) => ({
              label: `Export as ${label}`,
              run: () => {
                workbench.view.setState({ particlesId: entry.id });
                exportParticles(workbench, id);
              },
            })),
            { label: "Close", run: () => closeEntry(workbench, entry.id) },
          ]}
          buttons={
            <IconButton label={`Provenance of ${entry.name}`} className="small" onClick={tell}>
              <Info size={14} aria-hidden />
            </IconButton>
          }
        />
        {isShown && (
          <ul className="classes">
            {classes.map(({ label, name, color }) => (
              <li key={label} className="class-row">
                <span className="swatch round" style={{ background: color }} />
                <span className="name" title={name}>
                  {name}
                </span>
                <span className="unit">{counts.get(label)}</span>
              </li>
            ))}
          </ul>
        )}
      </li>
    </ul>
  );
}
