import { ALL_COMMANDS } from "../../commands/all-commands";
import type { Command } from "../../commands/command";
import { keyLabel, keysOf } from "../../commands/key-map";
import type { KeyPreset } from "../../state/shell";
import { Select } from "../controls/select";

/** What the pointer does; the rest of the sheet is made from the commands. */
const POINTER = [
  ["wheel · Shift+wheel", "slice · ten slices"],
  ["Ctrl+wheel", "zoom about the pointer"],
  ["drag · Shift+drag", "move the crosshair · pan"],
  ["right drag", "contrast: window and level"],
  ["double-click", "maximise a view"],
  ["drag a corner of the box", "change the box"],
  ["drag the white line · double-click", "before and after · to the middle"],
] as const;

interface HelpLine {
  readonly keys: readonly string[];
  readonly label: string;
}

/** Returns one line for each command with a key, and one for each family. */
export function helpLines(commands: readonly Command[], preset: KeyPreset): readonly HelpLine[] {
  const lines = new Map<string, HelpLine>();
  for (const command of commands) {
    const keys = keysOf(command, preset).map(keyLabel);
    if (keys.length === 0) continue;
    const { family, label } = command;
    lines.set(
      family?.label ?? label,
      family ? { keys: [family.keys], label: family.label } : { keys, label },
    );
  }
  return [...lines.values()];
}

const PRESETS = [
  { value: "tomoscope", label: "Tomoscope" },
  { value: "3dmod", label: "like 3dmod" },
] as const;

interface HelpSheetProps {
  readonly preset: KeyPreset;
  onPreset(preset: KeyPreset): void;
}

/** All keys, by group. */
export function HelpSheet({ preset, onPreset }: HelpSheetProps) {
  const groups = [...new Set(ALL_COMMANDS.map(({ group }) => group))];
  return (
    <>
      <div className="field-row">
        <span>Key map</span>
        <Select label="Key map" value={preset} options={PRESETS} onChange={onPreset} />
      </div>
      <div className="help-columns">
        {groups.map((group) => {
          const lines = helpLines(
            ALL_COMMANDS.filter((command) => command.group === group),
            preset,
          );
          if (lines.length === 0) return null;
          return (
            <section key={group} className="help-group">
              <h3>{group}</h3>
              <dl>
                {lines.map(({ keys, label }) => (
                  <div key={label}>
                    <dt>
                      {keys.map((key) => (
                        <kbd key={key}>{key}</kbd>
                      ))}
                    </dt>
                    <dd>{label}</dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
        <section className="help-group">
          <h3>Pointer</h3>
          <dl>
            {POINTER.map(([does, what]) => (
              <div key={does}>
                <dt>{does}</dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </>
  );
}
