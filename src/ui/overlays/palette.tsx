import { Command } from "cmdk";
import { Dialog } from "radix-ui";
import { ALL_COMMANDS } from "../../commands/all-commands";
import { isEnabled } from "../../commands/command";
import { keyLabel, keysOf } from "../../commands/key-map";
import { useShell, useWorkbench } from "../workbench-context";

/** Every word that was typed must be there; a command whose label begins with the first comes first. */
function matchWords(value: string, search: string): number {
  const text = value.toLowerCase();
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.every((word) => text.includes(word))) return 0;
  return text.startsWith(words[0] ?? "") ? 1 : 0.5;
}

/** All commands in a list that typing narrows. */
export function Palette() {
  const workbench = useWorkbench();
  const isOpen = useShell((shell) => shell.palette);
  const preset = useShell((shell) => shell.keyPreset);
  const setOpen = (palette: boolean) => workbench.shell.setState({ palette });
  if (!isOpen) return null;
  const groups = [...new Set(ALL_COMMANDS.map(({ group }) => group))];
  return (
    <Dialog.Root open onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="palette" aria-describedby={undefined}>
          <Dialog.Title className="visually-hidden">All commands</Dialog.Title>
          <Command label="All commands" filter={matchWords}>
            <Command.Input className="palette-input" placeholder="What do you want to do?" />
            <Command.List className="palette-list" label="Commands">
              <Command.Empty className="hint">There is no such command.</Command.Empty>
              {groups.map((group) => (
                <Command.Group key={group} heading={group}>
                  {ALL_COMMANDS.filter((command) => command.group === group).map((command) => (
                    <Command.Item
                      key={command.id}
                      value={`${command.label} ${command.id}`}
                      className="menu-item palette-item"
                      disabled={!isEnabled(command, workbench)}
                      onSelect={() => {
                        setOpen(false);
                        void command.run(workbench);
                      }}
                    >
                      <span>{command.label}</span>
                      <span className="spring" />
                      {keysOf(command, preset).map((key) => (
                        <kbd key={key}>{keyLabel(key)}</kbd>
                      ))}
                    </Command.Item>
                  ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
