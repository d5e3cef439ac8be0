import type { KeyPreset } from "../state/shell";
import type { Command } from "./command";

interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/**
 * Returns the name of a key press as commands write it. Letters are upper case; Shift counts for letters and named keys
 * only ("?" is "?", however it is typed); ⌘ counts as Ctrl.
 */
export function keyOf(press: KeyPress): string {
  const single = press.key.length === 1;
  const letter = single && press.key.toLowerCase() !== press.key.toUpperCase();
  const name = press.key === " " ? "Space" : single ? press.key.toUpperCase() : press.key;
  return [
    press.ctrlKey || press.metaKey ? "Ctrl" : "",
    press.altKey ? "Alt" : "",
    press.shiftKey && (letter || !single) ? "Shift" : "",
    name,
  ]
    .filter(Boolean)
    .join("+");
}

/**
 * Where the 3dmod-like map differs, by command. Keys that belong to the browser (F1, F11, Ctrl+S, …) are left out.
 */
const KEYS_3DMOD: Readonly<Record<string, readonly string[]>> = {
  "move.next": ["PageUp"],
  "move.previous": ["PageDown"],
  "move.first": ["End"],
  "move.last": ["Home"],
  "move.middle": ["Insert"],
  "view.zoom-in": ["=", "+"],
  "contrast.auto": ["Shift+A"],
  "contrast.invert": ["&", "I"],
  "view.slab-thinner": ["_", ","],
  "view.slab-thicker": ["."],
  "view.maximise": ["Z"],
  "view.look-z": [],
  "view.fit": ["Shift+F"],
  "view.overlay": ["T"],
  "panel.train": ["Shift+T"],
  "edit.redo": ["Ctrl+Y", "Ctrl+Shift+Z"],
};

/** Returns the keys of a command under a preset. */
export function keysOf(command: Command, preset: KeyPreset): readonly string[] {
  return preset === "3dmod" ? (KEYS_3DMOD[command.id] ?? command.keys) : command.keys;
}

/** Returns the command of each key under a preset. */
export function keyMap(commands: readonly Command[], preset: KeyPreset): ReadonlyMap<string, Command> {
  return new Map(
    commands.flatMap((command) => keysOf(command, preset).map((key) => [key, command] as const)),
  );
}

/** Returns a key as a label: "Ctrl+Shift+Z" → "Ctrl Shift Z". */
export function keyLabel(key: string): string {
  const names: Readonly<Record<string, string>> = {
    PageUp: "PgUp",
    PageDown: "PgDn",
    ArrowLeft: "←",
    ArrowRight: "→",
    ArrowUp: "↑",
    ArrowDown: "↓",
    Escape: "Esc",
    Delete: "Del",
  };
  const parts = key.split(/(?<=.)\+(?=.)/);
  return parts.map((part) => names[part] ?? part).join(" ");
}
