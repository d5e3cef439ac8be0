import { describe, expect, it } from "vitest";
import { ALL_COMMANDS } from "./all-commands";
import { keyLabel, keyMap, keyOf, keysOf } from "./key-map";

const press = (
  key: string,
  held: Partial<Record<"ctrlKey" | "metaKey" | "shiftKey" | "altKey", boolean>> = {},
) => keyOf({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

describe("keyOf", () => {
  it.each([
    [press("z", { ctrlKey: true }), "Ctrl+Z"],
    [press("Z", { metaKey: true, shiftKey: true }), "Ctrl+Shift+Z"],
    [press("?", { shiftKey: true }), "?"],
    [press("+", { shiftKey: true }), "+"],
    [press("PageUp", { shiftKey: true }), "Shift+PageUp"],
    [press("a"), "A"],
    [press(" "), "Space"],
  ])("%s is %s", (got, expected) => expect(got).toBe(expected));
});

describe.each(["tomoscope", "3dmod"] as const)("the key map %s", (preset) => {
  it("gives each key to one command", () => {
    const keys = ALL_COMMANDS.flatMap((command) => keysOf(command, preset));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    expect(keyMap(ALL_COMMANDS, preset).size).toBe(keys.length);
  });

  it("keeps the keys that stop, undo, search and help", () => {
    const map = keyMap(ALL_COMMANDS, preset);
    expect(["Escape", "Ctrl+Z", "Ctrl+K", "?"].map((key) => map.get(key)?.id)).toEqual([
      "run.stop",
      "edit.undo",
      "help.palette",
      "help.keys",
    ]);
  });
});

it("has every command once, with a label", () => {
  const ids = ALL_COMMANDS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ALL_COMMANDS.every(({ label }) => label.length > 0)).toBe(true);
});

it.each([
  ["Ctrl+Shift+Z", "Ctrl Shift Z"],
  ["Shift+PageUp", "Shift PgUp"],
  ["+", "+"],
])("writes %s as %s", (key, label) => expect(keyLabel(key)).toBe(label));
