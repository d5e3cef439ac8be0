import { chooseRestored } from "../../commands/run-audit";
import { type AuditedVolumes, chooseAudited, isOriginalFor } from "../../state/audit";
import type { VolumeEntry } from "../../state/document";
import { Select } from "../controls/select";
import { useDocument, useWorkbench } from "../workbench-context";

const NONE = "none";

interface ChoiceProps {
  readonly name: string;
  readonly help: string;
  readonly value: VolumeEntry | null;
  readonly options: readonly VolumeEntry[];
  /** Whether there may be none. */
  readonly optional?: boolean;
  onChange(id: string | null): void;
}

function Choice({ name, help, value, options, optional = false, onChange }: ChoiceProps) {
  const id = `audit-${name.toLowerCase()}`;
  const choices = options.map((each) => ({ value: each.id, label: each.name }));
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {name}
      </label>
      {choices.length > 0 ? (
        <Select
          id={id}
          label={name}
          value={value?.id ?? NONE}
          options={optional || !value ? [...choices, { value: NONE, label: "none" }] : choices}
          describedBy={`${id}-help`}
          onChange={(next) => onChange(next === NONE ? null : next)}
        />
      ) : (
        <span className="unit">none is open</span>
      )}
      <p className="hint" id={`${id}-help`}>
        {help}
      </p>
    </div>
  );
}

const sizeOf = ({ meta }: VolumeEntry) => meta.shape.join();

/** Which open volumes are audited. */
export function AuditVolumes({ original, restored, reference, std }: AuditedVolumes) {
  const workbench = useWorkbench();
  const volumes = useDocument((document) => document.volumes);
  const { shell } = workbench;
  const candidates = volumes.filter((each) => volumes.some((other) => isOriginalFor(other, each)));
  const isRestorable = ({ role }: VolumeEntry) => role === "restored" || role === "raw";
  const others = volumes.filter(({ id }) => id !== restored?.id && id !== original?.id);
  const fits = (each: VolumeEntry, ...to: readonly (VolumeEntry | null)[]) =>
    to.some((volume) => volume && sizeOf(volume) === sizeOf(each));
  return (
    <>
      <Choice
        name="Restored"
        help="What is audited: made here, or by any other program and dropped beside its original."
        value={restored}
        options={candidates.filter(isRestorable)}
        onChange={(id) => id && chooseRestored(workbench, id)}
      />
      <Choice
        name="Original"
        help="What it was made from, with its missing wedge."
        value={original}
        options={restored ? volumes.filter((each) => isOriginalFor(each, restored)) : []}
        onChange={(id) => chooseAudited(shell, { originalId: id ?? undefined })}
      />
      <Choice
        name="Reference"
        help="The specimen as it is, where it is known: a simulation's density. Gives FSC and cFSC."
        value={reference}
        options={others.filter((each) => each.role !== "std" && fits(each, original, restored))}
        optional
        onChange={(referenceId) => chooseAudited(shell, { referenceId })}
      />
      <Choice
        name="Deviation"
        help="The standard deviation of each voxel, as a restoration gives it."
        value={std}
        options={others.filter(
          (each) => (each.role === "std" || each.role === "raw") && fits(each, restored),
        )}
        optional
        onChange={(stdId) => chooseAudited(shell, { stdId })}
      />
    </>
  );
}
