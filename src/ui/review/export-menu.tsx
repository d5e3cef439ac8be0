import { ChevronDown, Download } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { EXPORT_FORMATS, exportLabels, exportParticles, exportVolume } from "../../commands/export-results";
import { exportScores, SCORE_EXPORTS } from "../../commands/export-scores";
import { entryOf } from "../../state/document";
import { useDocument, useView, useWorkbench } from "../workbench-context";

/** Saves particles, their evaluation, labels and volumes; each line says its unit, base and convention. */
export function ExportMenu() {
  const workbench = useWorkbench();
  const { volumeId, compareId, labelsId, particlesId } = useView((view) => view);
  const { volumes, labels, particles } = useDocument((document) => document);
  const shownLabels = entryOf(labels, labelsId);
  const shownVolumes = [entryOf(volumes, compareId), entryOf(volumes, volumeId)].filter(
    (each) => each !== null,
  );
  const list = entryOf(particles, particlesId);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button">
        <Download size={14} aria-hidden /> Export <ChevronDown size={12} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.Label className="menu-label">Particles</DropdownMenu.Label>
          {EXPORT_FORMATS.map(({ id, label, note }) => (
            <DropdownMenu.Item
              key={id}
              className="menu-item"
              disabled={!list}
              onSelect={() => exportParticles(workbench, id)}
            >
              {label}
              <span className="menu-note">{note}</span>
            </DropdownMenu.Item>
          ))}
          {list?.evaluation && (
            <>
              <DropdownMenu.Label className="menu-label">Evaluation</DropdownMenu.Label>
              {SCORE_EXPORTS.map(({ id, label, note }) => (
                <DropdownMenu.Item
                  key={id}
                  className="menu-item"
                  onSelect={() => exportScores(workbench, id)}
                >
                  {label}
                  <span className="menu-note">{note}</span>
                </DropdownMenu.Item>
              ))}
            </>
          )}
          <DropdownMenu.Label className="menu-label">Volumes</DropdownMenu.Label>
          {shownLabels?.complete && (
            <DropdownMenu.Item className="menu-item" onSelect={() => exportLabels(workbench, shownLabels.id)}>
              {shownLabels.name}
              <span className="menu-note">MRC, int8, 0 is background</span>
            </DropdownMenu.Item>
          )}
          {shownVolumes.map(({ id, name, role }) => (
            <DropdownMenu.Item key={id} className="menu-item" onSelect={() => exportVolume(workbench, id)}>
              {name}
              <span className="menu-note">{role === "raw" ? "as it was opened" : "MRC, float32"}</span>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
