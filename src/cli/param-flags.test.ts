import { expect, test } from "vitest";
import { checkParams, type ParamSpec } from "../core/task/params";
import type { Command } from "./command";
import { paramFlags, paramsFromFlags } from "./param-flags";
import { parseArgs } from "./parse-args";

const SPEC = {
  iterations: {
    kind: "number",
    label: "Iterations",
    help: "How many.",
    default: 300,
    min: 1,
    max: 999,
    integer: true,
  },
  sigmaNoise: {
    kind: "auto-number",
    label: "Sigma",
    help: "Noise.",
    default: null,
    min: 0,
    max: 9,
    flag: "sigma",
  },
  tilt: {
    kind: "range",
    label: "Tilts",
    help: "Measured.",
    default: [-60, 60],
    min: -90,
    max: 90,
    unit: "°",
  },
  method: {
    kind: "choice",
    label: "Method",
    help: "Which.",
    default: "a",
    choices: [
      { value: "a", label: "A" },
      { value: "b", label: "B" },
    ],
  },
  autoBeta: { kind: "boolean", label: "Steer", help: "Steers.", default: true },
  strict: { kind: "boolean", label: "Strict", help: "Refuses.", default: false },
  box: { kind: "box", label: "Box", help: "Where.", default: null },
  minVoxels: { kind: "per-class", label: "Smallest", help: "Drops.", default: {}, min: 1, max: 1e9 },
} as const satisfies ParamSpec;

const command: Command = {
  name: "try",
  summary: "",
  operands: [],
  flags: paramFlags(SPEC),
  run: async () => {},
};
const values = (...argv: string[]) => checkParams(SPEC, paramsFromFlags(SPEC, parseArgs(command, argv)));

test("names are kebab-case, a switch that is on has its no-, and the help tells defaults", () => {
  expect(Object.keys(command.flags)).toEqual([
    "iterations",
    "sigma",
    "tilt",
    "method",
    "no-auto-beta",
    "strict",
    "box",
    "min-voxels",
  ]);
  expect(command.flags.iterations.help).toBe("How many. (default 300; 1 to 999)");
  expect(command.flags.tilt.help).toBe("Measured. (default -60,60 °)");
  expect(command.flags.method.help).toBe("Which. (a, b; default a)");
});

test("nothing given gives the defaults", () => {
  expect(values()).toEqual(checkParams(SPEC, {}));
});

test("every kind is read, a minus sign included", () => {
  const argv = "--iterations 12 --sigma 0.5 --tilt -55,48.5 --method b --no-auto-beta --strict".split(" ");
  expect(values(...argv, "--box=0,1,2,3,4,5", "--min-voxels", "2=500, 5=80")).toEqual({
    iterations: 12,
    sigmaNoise: 0.5,
    tilt: [-55, 48.5],
    method: "b",
    autoBeta: false,
    strict: true,
    box: { z0: 0, y0: 1, x0: 2, z1: 3, y1: 4, x1: 5 },
    minVoxels: { 2: 500, 5: 80 },
  });
  expect(values("--sigma", "auto").sigmaNoise).toBeNull();
});

test.each([
  [["--iterations", "many"], '--iterations needs a number, not "many".'],
  [["--iterations", "1.5"], "Iterations must be a whole number from 1 to 999, not 1.5."],
  [["--tilt", "60"], '--tilt needs 2 numbers with commas between them, not "60".'],
  [["--tilt", "60,-60"], "Tilts must be two rising numbers from -90 to 90, not [60,-60]."],
  [["--box", "1,2,3"], '--box needs 6 numbers with commas between them, not "1,2,3".'],
  [["--min-voxels", "ribosome=5"], '--min-voxels needs pairs such as 2=500,3=800, not "ribosome=5".'],
  [["--strict", "--sigma"], "--sigma needs a value."],
])("%j is refused: %s", (argv, sentence) => {
  expect(() => values(...argv)).toThrow(sentence);
});
