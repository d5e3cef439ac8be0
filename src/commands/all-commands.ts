import type { Command } from "./command";
import { fileCommands } from "./file-commands";
import { labelCommands } from "./label-commands";
import { operationCommands } from "./operation-commands";
import { viewCommands } from "./view-commands";

/** Every command, in the order of the palette and the help sheet. */
export const ALL_COMMANDS: readonly Command[] = [
  ...operationCommands,
  ...fileCommands,
  ...viewCommands,
  ...labelCommands,
];

/** Returns the command with that id; an unknown id is a mistake in the program. */
export function commandOf(id: string): Command {
  const command = ALL_COMMANDS.find((each) => each.id === id);
  if (!command) throw new Error(`There is no command "${id}".`);
  return command;
}
