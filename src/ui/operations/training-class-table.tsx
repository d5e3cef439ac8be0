import { classColor } from "../../core/particles/class-colors";
import type { ClassInfo } from "../../core/particles/particle-list";
import { type ClassChange, changeSetup } from "../../state/training";
import { NumberInput } from "../controls/number-input";
import { useShell, useWorkbench } from "../workbench-context";

const MAX_DIAMETER_NM = 1000;
const ANGSTROM_PER_NM = 10;

/** The classes of the data: their names and sizes may be stated otherwise. */
export function TrainingClassTable({ classes }: { readonly classes: readonly ClassInfo[] }) {
  const { shell } = useWorkbench();
  const changes = useShell((state) => state.trainingSetup.classes);
  const change = (name: string, of: ClassChange) =>
    changeSetup(shell, { classes: { ...changes, [name]: { ...changes[name], ...of } } });
  return (
    <>
      <table className="model-classes edited" aria-label="Classes to learn">
        <thead>
          <tr>
            <th scope="col" aria-label="Colour" />
            <th scope="col">Class</th>
            <th scope="col">⌀ nm</th>
          </tr>
        </thead>
        <tbody>
          {classes.map(({ label, name, color, radiusAngstrom: given = 0 }) => {
            const { name: called = name, radiusAngstrom = given } = changes[name] ?? {};
            return (
              <tr key={name}>
                <td>
                  <span className="swatch" style={{ background: color ?? classColor(label) }} />
                </td>
                <td>
                  <input
                    className="text-input"
                    aria-label={`Name of ${name}`}
                    value={called}
                    maxLength={80}
                    onChange={(event) => change(name, { name: event.target.value })}
                    onBlur={() => called.trim() === "" && change(name, { name })}
                  />
                </td>
                <td>
                  <NumberInput
                    label={`Diameter of ${name} in nm`}
                    value={(2 * radiusAngstrom) / ANGSTROM_PER_NM}
                    min={0}
                    max={MAX_DIAMETER_NM}
                    step={1}
                    onChange={(nm) => change(name, { radiusAngstrom: (nm / 2) * ANGSTROM_PER_NM })}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="hint">⌀ 0: no particle (a membrane, say), so it is labelled but not localized.</p>
    </>
  );
}
