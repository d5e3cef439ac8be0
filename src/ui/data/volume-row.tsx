import { Box, Columns2, Info } from "lucide-react";
import { exportVolume } from "../../commands/export-results";
import { closeEntry, compareWith, showVolume } from "../../commands/open-volume";
import { entryOf, patchEntry, type VolumeEntry } from "../../state/document";
import { isSwiping } from "../../state/view";
import { IconButton } from "../controls/icon-button";
import { useDocument, useView, useWorkbench } from "../workbench-context";
import { withoutStem } from "./shown-name";
import { TreeRow } from "./tree-row";

/** What the volumes of a restoration are; of one that takes no samples there is only the result. */
const NOTES: Partial<Record<VolumeEntry["role"], string>> = {
  restored: "mean",
  std: "deviation",
  mode: "likeliest",
  last: "last sample",
  sample: "a sample",
};
const noteOf = ({ role, provenance }: VolumeEntry) =>
  provenance?.params.method === "mwr" ? NOTES[role] : undefined;

/** A volume in the data tree. */
export function VolumeRow({ volume }: { readonly volume: VolumeEntry }) {
  const workbench = useWorkbench();
  const isShown = useView((view) => view.volumeId === volume.id);
  const isCompared = useView((view) => view.layout === "side" && view.compareId === volume.id);
  const parent = useDocument(({ volumes }) => entryOf(volumes, volume.parentId));
  const isSwiped = useView((view) => isSwiping(view) && view.compareId === volume.id);
  const compare = () => compareWith(workbench, isCompared ? null : volume.id);
  const tell = () => workbench.shell.setState({ provenanceOf: volume.id });
  return (
    <li>
      <TreeRow
        name={volume.name}
        shownName={parent ? withoutStem(volume.name, parent.name) : volume.name}
        note={noteOf(volume)}
        icon={<Box size={14} aria-hidden />}
        current={isShown}
        child={volume.parentId !== null}
        onShow={() => showVolume(workbench, volume.id)}
        onRename={(name) => patchEntry(workbench.document, "volumes", volume.id, { name })}
        actions={[
          { label: "Show", disabled: isShown, run: () => showVolume(workbench, volume.id) },
          { label: isCompared ? "End comparing" : "Compare side by side", disabled: isShown, run: compare },
          {
            label: isSwiped ? "End the swipe" : "Compare in the same views (swipe)",
            disabled: isShown,
            run: () => compareWith(workbench, isSwiped ? null : volume.id, "swipe"),
          },
          { label: "Provenance and header", run: tell },
          { label: "Export as a file", run: () => exportVolume(workbench, volume.id) },
          { label: "Close", run: () => closeEntry(workbench, volume.id) },
        ]}
        buttons={
          <>
            {!isShown && (
              <IconButton
                label={`Compare ${volume.name} side by side`}
                className="small"
                pressed={isCompared}
                onClick={compare}
              >
                <Columns2 size={14} aria-hidden />
              </IconButton>
            )}
            <IconButton label={`Provenance of ${volume.name}`} className="small" onClick={tell}>
              <Info size={14} aria-hidden />
            </IconButton>
          </>
        }
      />
    </li>
  );
}
