import { Eye, EyeOff, Info, Layers } from "lucide-react";
import { exportLabels } from "../../commands/export-results";
import { changeClass } from "../../commands/label-commands";
import { closeEntry, showVolume } from "../../commands/open-volume";
import { type LabelClass, type LabelsEntry, patchEntry } from "../../state/document";
import { IconButton } from "../controls/icon-button";
import { useView, useWorkbench } from "../workbench-context";
import { TreeRow } from "./tree-row";

const count = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function ClassRow({ labelsId, info }: { readonly labelsId: string; readonly info: LabelClass }) {
  const workbench = useWorkbench();
  const { label, name, color, visible, voxels } = info;
  return (
    <li className="class-row">
      <input
        type="color"
        className="color-input"
        aria-label={`Colour of ${name}`}
        value={color}
        onChange={(event) => changeClass(workbench, labelsId, label, { color: event.target.value })}
      />
      <span className="name" title={name}>
        {name}
      </span>
      <span className="unit" title={`${voxels ?? "?"} voxels`}>
        {voxels === null ? "" : count.format(voxels)}
      </span>
      <IconButton
        label={`${visible ? "Hide" : "Show"} ${name}`}
        hint={label <= 9 ? String(label) : undefined}
        className="small"
        pressed={visible}
        onClick={() => changeClass(workbench, labelsId, label, { visible: !visible })}
      >
        {visible ? <Eye size={14} aria-hidden /> : <EyeOff size={14} aria-hidden />}
      </IconButton>
    </li>
  );
}

/** A label map in the data tree, with its classes. */
export function LabelsBranch({ labels }: { readonly labels: LabelsEntry }) {
  const workbench = useWorkbench();
  const isShown = useView((view) => view.labelsId === labels.id);
  const show = () => {
    if (workbench.view.getState().volumeId !== labels.parentId) showVolume(workbench, labels.parentId);
    workbench.view.setState({ labelsId: isShown ? null : labels.id, overlay: true });
  };
  const tell = () => workbench.shell.setState({ provenanceOf: labels.id });
  return (
    <ul className="tree">
      <li>
        <TreeRow
          name={labels.name}
          note={labels.complete ? "" : "running"}
          icon={<Layers size={14} aria-hidden />}
          current={isShown}
          onShow={show}
          onRename={(name) => patchEntry(workbench.document, "labels", labels.id, { name })}
          actions={[
            { label: isShown ? "Hide" : "Show", run: show },
            { label: "Provenance", disabled: !labels.complete, run: tell },
            {
              label: "Export as MRC",
              disabled: !labels.complete,
              run: () => exportLabels(workbench, labels.id),
            },
            { label: "Close", disabled: !labels.complete, run: () => closeEntry(workbench, labels.id) },
          ]}
          buttons={
            labels.complete && (
              <IconButton label={`Provenance of ${labels.name}`} className="small" onClick={tell}>
                <Info size={14} aria-hidden />
              </IconButton>
            )
          }
        />
        {isShown && (
          <ul className="classes">
            {labels.classes.map((info) => (
              <ClassRow key={info.label} labelsId={labels.id} info={info} />
            ))}
          </ul>
        )}
      </li>
    </ul>
  );
}
