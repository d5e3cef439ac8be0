import type { Workbench } from "./workbench";

type CommandGroup =
  | "File"
  | "Edit"
  | "Move"
  | "View"
  | "Contrast"
  | "Labels and particles"
  | "Operations"
  | "Help";

/**
 * One thing a user can do. The toolbar, the key map, the palette and the help sheet all read the one list of these
 * (commands/all-commands).
 */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: CommandGroup;
  /** As `keyOf` writes them: "Ctrl+Shift+Z", "PageUp", "?". */
  readonly keys: readonly string[];
  /** In the help sheet one line stands for all commands of a family. */
  readonly family?: { readonly keys: string; readonly label: string };
  enabled?(workbench: Workbench): boolean;
  run(workbench: Workbench): void | Promise<void>;
}

/** Tells whether a command can be run now. */
export function isEnabled(command: Command, workbench: Workbench): boolean {
  return command.enabled ? command.enabled(workbench) : true;
}
