import { useEffect } from "react";
import { ALL_COMMANDS } from "../../commands/all-commands";
import { isEnabled } from "../../commands/command";
import { keyMap, keyOf } from "../../commands/key-map";
import { useShell, useWorkbench } from "../workbench-context";

const TEXT_FIELDS = "input:not([type=color]), textarea, select, [contenteditable=true]";
/** Controls that have a use of their own for arrows, letters and Esc. */
const OWN_KEYS =
  "[role=slider], [role=menu], [role=listbox], [role=dialog], [role=tab], [role=radio], [role=separator], [data-state=open][role=combobox]";
const NAVIGATION = /^(Shift\+)?(Arrow|Page|Home|End)/;

/** Tells whether a key press belongs to the element that has the focus. */
function belongsTo(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest(TEXT_FIELDS)) return true;
  const own = target.closest(OWN_KEYS);
  if (!own) return false;
  // A slider or tab that keeps the focus after a click leaves the letters to the commands.
  return own.matches("[role=menu], [role=listbox], [role=dialog], [role=combobox]") || NAVIGATION.test(key);
}

/** Runs the command of each key press, unless a field or control has a use for it. */
export function useKeyCommands(): void {
  const workbench = useWorkbench();
  const preset = useShell((shell) => shell.keyPreset);
  useEffect(() => {
    const commands = keyMap(ALL_COMMANDS, preset);
    const onKeyDown = (event: KeyboardEvent) => {
      const key = keyOf(event);
      const command = commands.get(key);
      if (!command || event.defaultPrevented || belongsTo(event.target, key)) return;
      if (!isEnabled(command, workbench)) return;
      event.preventDefault();
      void command.run(workbench);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [workbench, preset]);
}
