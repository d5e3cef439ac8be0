import { expect, test } from "vitest";
import { tiltWeights } from "./tilt-weights";

const degrees = (tilts: readonly number[]) => tiltWeights(tilts).map((weight) => (weight * 180) / Math.PI);
const range = (from: number, to: number, step: number) =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);

test.each([
  ["closed", range(-90, 88, 2)],
  ["with both ends", range(-90, 90, 3)],
  ["of a whole turn", range(0, 350, 10)],
  ["each tilt twice", [...range(-90, 88, 2), ...range(-90, 88, 2)]],
])("a full series, %s, stands for a half turn", (_, tilts) => {
  expect(degrees(tilts).reduce((a, b) => a + b, 0)).toBeCloseTo(180, 9);
});

test("a wedge that is missing is nobody's; a step that is left out is its neighbours'", () => {
  expect(degrees([-60, -58, -56])).toEqual([2, 2, 2].map((weight) => expect.closeTo(weight, 9)));
  const left = degrees([-60, -57, -51, -48]);
  expect(left).toEqual([3, 4.5, 4.5, 3].map((weight) => expect.closeTo(weight, 9)));
  const twice = degrees([-60, -60, -57, -54]);
  expect(twice).toEqual([1.5, 1.5, 3, 3].map((weight) => expect.closeTo(weight, 9)));
});

test("order does not matter, images of one tilt share, and so do −90° and 90°", () => {
  expect(degrees([3, -3, 0])).toEqual([3, 3, 3].map((weight) => expect.closeTo(weight, 9)));
  const [a, b, c, d] = degrees([-3, 0, 0, 3]);
  expect(b + c).toBeCloseTo(3, 9);
  expect(a).toBeCloseTo(3, 9);
  expect(d).toBeCloseTo(3, 9);
  const ends = degrees(range(-90, 90, 10));
  expect(ends[0] + ends[18]).toBeCloseTo(10, 9);
  expect(ends[1]).toBeCloseTo(10, 9);
});

test("one image is a whole half turn", () => {
  expect(degrees([12])).toEqual([expect.closeTo(180, 9)]);
});
