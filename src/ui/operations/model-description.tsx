import type { ModelManifest } from "../../core/nn/model";
import { classColor } from "../../core/particles/class-colors";
import type { ClassInfo } from "../../core/particles/particle-list";
import { NumberInput } from "../controls/number-input";
import { Section } from "../controls/section";
import { Select } from "../controls/select";

const MAX_VOXEL_SIZE_ANGSTROM = 1000;
const MAX_DIAMETER_NM = 1000;
const ANGSTROM_PER_NM = 10;

interface ModelDescriptionProps {
  readonly manifest: ModelManifest;
  onChange(change: Partial<ModelManifest>): void;
}

function ClassRow({
  info,
  onChange,
}: {
  readonly info: ClassInfo;
  onChange(change: Pick<ClassInfo, "name"> | Pick<ClassInfo, "radiusAngstrom">): void;
}) {
  const { label, name, color, radiusAngstrom = 0 } = info;
  return (
    <tr>
      <td>
        <span className="swatch" style={{ background: color ?? classColor(label) }} />
      </td>
      <td>
        <input
          className="text-input"
          aria-label={`Name of class ${label}`}
          value={name}
          maxLength={80}
          onChange={(event) => onChange({ name: event.target.value })}
          onBlur={() => name.trim() === "" && onChange({ name: `class ${label}` })}
        />
      </td>
      <td>
        <NumberInput
          label={`Diameter of class ${label} in nm`}
          value={(2 * radiusAngstrom) / ANGSTROM_PER_NM}
          min={0}
          max={MAX_DIAMETER_NM}
          step={1}
          onChange={(nm) => onChange({ radiusAngstrom: nm > 0 ? (nm / 2) * ANGSTROM_PER_NM : undefined })}
        />
      </td>
    </tr>
  );
}

/** What a model's files do not say, to be said by the user: voxel size, contrast, what its classes are. */
export function ModelDescription({ manifest, onChange }: ModelDescriptionProps) {
  const { classes, voxelSizeAngstrom, proteinIsBright } = manifest;
  const change = (label: number, of: Partial<ClassInfo>) =>
    onChange({ classes: classes.map((info) => (info.label === label ? { ...info, ...of } : info)) });
  return (
    <>
      <p className="hint">
        Its file holds weights alone. Say what you know of it; it is used as it stands here.
      </p>
      <div className="field-row">
        <label className="field-label" htmlFor="model-voxel-size">
          Voxel size
        </label>
        <span className="spring" />
        <NumberInput
          id="model-voxel-size"
          value={voxelSizeAngstrom ?? 0}
          min={0}
          max={MAX_VOXEL_SIZE_ANGSTROM}
          step={1}
          describedBy="model-voxel-size-help"
          onChange={(size) => onChange({ voxelSizeAngstrom: size > 0 ? size : null })}
        />
        <span className="unit">Å</span>
      </div>
      <p className="hint" id="model-voxel-size-help">
        {voxelSizeAngstrom === null
          ? "0: not known, tomograms are taken as they are."
          : "Tomograms of another voxel size are resampled to it."}
      </p>
      <div className="field-row">
        <span className="field-label">Protein it was trained on</span>
        <span className="spring" />
        <Select
          label="Protein it was trained on"
          value={proteinIsBright ? "bright" : "dark"}
          options={[
            { value: "dark", label: "dark" },
            { value: "bright", label: "bright" },
          ]}
          onChange={(value) => onChange({ proteinIsBright: value === "bright" })}
        />
      </div>
      <Section title={`${classes.length - 1} classes`}>
        <table className="model-classes edited" aria-label="Classes">
          <thead>
            <tr>
              <th scope="col" aria-label="Colour" />
              <th scope="col">Class</th>
              <th scope="col">⌀ nm</th>
            </tr>
          </thead>
          <tbody>
            {classes
              .filter(({ label }) => label > 0)
              .map((info) => (
                <ClassRow key={info.label} info={info} onChange={(of) => change(info.label, of)} />
              ))}
          </tbody>
        </table>
        <p className="hint">⌀ 0: no particle (a membrane, say), so it is not localized.</p>
      </Section>
    </>
  );
}
