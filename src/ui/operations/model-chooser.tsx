import { FolderOpen, X } from "lucide-react";
import { closeModel } from "../../commands/models";
import type { ModelEntry } from "../../state/models";
import { CommandButton, IconButton } from "../controls/icon-button";
import { Select } from "../controls/select";
import { useShell, useWorkbench } from "../workbench-context";

const nameOf = ({ manifest, isShipped }: ModelEntry) =>
  isShipped ? manifest.name : `${manifest.name} (opened)`;

/** Which model is used: one that ships or one that was opened. */
export function ModelChooser({ model }: { readonly model: ModelEntry | null }) {
  const workbench = useWorkbench();
  const models = useShell((shell) => shell.models);
  return (
    <div className="field">
      <label className="field-label" htmlFor="segment-model">
        Model
      </label>
      <div className="field-row">
        {model ? (
          <Select
            id="segment-model"
            label="Model"
            value={model.id}
            options={models.map((each) => ({ value: each.id, label: nameOf(each) }))}
            onChange={(modelId) => workbench.shell.setState({ modelId })}
          />
        ) : (
          <span className="unit">none yet</span>
        )}
        <CommandButton id="file.open-model">
          <FolderOpen size={14} aria-hidden />
        </CommandButton>
        {model && !model.isShipped && (
          <IconButton label={`Close ${model.manifest.name}`} onClick={() => closeModel(workbench, model.id)}>
            <X size={14} aria-hidden />
          </IconButton>
        )}
      </div>
    </div>
  );
}
