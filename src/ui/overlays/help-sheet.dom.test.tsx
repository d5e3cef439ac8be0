// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { ALL_COMMANDS } from "../../commands/all-commands";
import { HelpSheet, helpLines } from "./help-sheet";

afterEach(cleanup);

it("has a line for every command with a key, and one for each family", () => {
  const lines = helpLines(ALL_COMMANDS, "tomoscope");
  const labels = lines.map(({ label }) => label);
  for (const { keys, label, family } of ALL_COMMANDS)
    if (keys.length > 0) expect(labels).toContain(family?.label ?? label);
  expect(labels.filter((label) => label === "Show or hide a class")).toHaveLength(1);
  expect(new Set(labels).size).toBe(labels.length);
});

it("shows the keys of the map that was chosen", () => {
  const { rerender } = render(<HelpSheet preset="tomoscope" onPreset={() => {}} />);
  expect(screen.getByText("Automatic contrast").parentElement?.textContent).toContain("A");
  rerender(<HelpSheet preset="3dmod" onPreset={() => {}} />);
  expect(screen.getByText("Automatic contrast").parentElement?.textContent).toContain("Shift A");
});
