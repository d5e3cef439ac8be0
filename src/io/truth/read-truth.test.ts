import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readTruth } from "./read-truth";

test("the bundled sample's truth", () => {
  const text = readFileSync(
    new URL("../../../public/samples/cell-sample-truth.json", import.meta.url),
    "utf8",
  );
  const truth = readTruth(text);
  const count = (label: number) => truth.filter((particle) => particle.label === label).length;
  expect([2, 3, 4, 5].map(count)).toEqual([17, 24, 39, 17]);
  expect(truth[0]).toEqual({
    label: 2,
    name: "mb-ribosome",
    x: 59.45,
    y: 86.46,
    z: 19.23,
    rotation: { x: -0.435016, y: -0.068844, z: 0.674085, w: -0.592985 },
  });
});

test("names and rotations may be missing; other units and broken fields are refused", () => {
  expect(readTruth('{"particles":[{"label":1,"x":1,"y":2,"z":3}]}')).toEqual([
    { label: 1, name: "class 1", x: 1, y: 2, z: 3, rotation: null },
  ]);
  expect(() => readTruth('{"unit":"angstrom","particles":[]}')).toThrow(
    /no list of true particles: unit: .*"voxel"/,
  );
  expect(() => readTruth('{"particles":[{"label":1,"x":1,"y":2}]}')).toThrow(
    /particles\[0\]\.z: is missing\.$/,
  );
  expect(() => readTruth("[]")).toThrow(/the file: must be an object\.$/);
});
