// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { Tooltip } from "radix-ui";
import { useState } from "react";
import { afterEach, expect, it } from "vitest";
import type { ParamSpec } from "../../core/task/params";
import { ParamForm } from "./param-form";

const SPEC = {
  iterations: {
    kind: "number",
    label: "Iterations",
    help: "More is steadier.",
    default: 100,
    min: 10,
    max: 1000,
    step: 10,
    integer: true,
    unit: "steps",
  },
  tilt: {
    kind: "range",
    label: "Tilt range",
    help: "What was measured.",
    default: [-60, 60],
    min: -90,
    max: 90,
    unit: "°",
  },
  sigma: {
    kind: "auto-number",
    label: "Noise level",
    help: "From the data if automatic.",
    default: null,
    min: 0.01,
    max: 1,
  },
  minVoxels: {
    kind: "per-class",
    label: "Smallest size",
    help: "Smaller ones go.",
    default: {},
    min: 1,
    max: 9999,
    unit: "voxels",
  },
  seed: {
    kind: "number",
    label: "Seed",
    help: "Same seed, same result.",
    default: 1,
    min: 0,
    max: 4294967295,
    integer: true,
    advanced: true,
  },
} as const satisfies ParamSpec;

const CLASSES = [
  { label: 1, name: "membrane" },
  { label: 2, name: "ribosome", radiusAngstrom: 145, minVoxels: 400 },
];

let last: Readonly<Record<string, unknown>> = {};

function Form() {
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>({});
  last = values;
  return (
    <Tooltip.Provider>
      <ParamForm
        idPrefix="test"
        spec={SPEC}
        values={values}
        classes={CLASSES}
        onChange={(name, value) => setValues((before) => ({ ...before, [name]: value }))}
      />
    </Tooltip.Provider>
  );
}

afterEach(cleanup);

const type = (field: HTMLElement, text: string) => {
  fireEvent.change(field, { target: { value: text } });
  fireEvent.blur(field);
};

it("shows label, default, unit and help of each parameter, and folds the advanced ones", () => {
  render(<Form />);
  expect((screen.getByLabelText("Iterations", { selector: "input" }) as HTMLInputElement).value).toBe("100");
  expect(screen.getByText("steps")).toBeTruthy();
  expect(screen.getByText("More is steadier.")).toBeTruthy();
  expect(screen.queryByLabelText("Seed")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Advanced (1)" }));
  expect(screen.getByLabelText("Seed")).toBeTruthy();
});

it("takes a number within its limits and gives the default back", () => {
  render(<Form />);
  type(screen.getByLabelText("Iterations", { selector: "input" }), "250");
  expect(last.iterations).toBe(250);
  fireEvent.click(screen.getByRole("button", { name: "Reset iterations to its default" }));
  expect(last.iterations).toBeUndefined();
});

it("marks a number that is out of range or no number, and keeps the old one", () => {
  render(<Form />);
  const field = screen.getByLabelText("Iterations", { selector: "input" }) as HTMLInputElement;
  fireEvent.change(field, { target: { value: "5" } });
  expect(field.getAttribute("aria-invalid")).toBe("true");
  fireEvent.blur(field);
  expect(last.iterations).toBeUndefined();
  expect(field.value).toBe("100");
});

it("changes one end of a range", () => {
  render(<Form />);
  type(screen.getByLabelText("Tilt range, to"), "48");
  expect(last.tilt).toEqual([-60, 48]);
});

it("takes a number off automatic and back", () => {
  render(<Form />);
  const auto = screen.getByRole("switch", { name: "Noise level: automatic" });
  fireEvent.click(auto);
  expect(last.sigma).toBe(0.1);
  fireEvent.click(auto);
  expect(last.sigma).toBeUndefined();
});

it("asks per class for particles only, beginning with the model's own value", () => {
  render(<Form />);
  const field = screen.getByLabelText("Smallest size, ribosome") as HTMLInputElement;
  expect(field.value).toBe("400");
  expect(screen.queryByLabelText("Smallest size, membrane")).toBeNull();
  type(field, "120");
  expect(last.minVoxels).toEqual({ 2: 120 });
});
