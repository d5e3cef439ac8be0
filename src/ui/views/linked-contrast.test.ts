import { expect, it } from "vitest";
import { linkedContrast } from "./linked-contrast";

it("a volume that shares the views follows the other's contrast in its own range", () => {
  const before = { autoContrast: { low: -10, high: 10 } };
  const after = { autoContrast: { low: 0, high: 2 } };
  const shown = (low: number, high: number, invert = false) =>
    linkedContrast({ ...before, display: { low, high, invert } }, after);
  expect(shown(-10, 10)).toEqual({ low: 0, high: 2, invert: false });
  expect(shown(-20, 20, true)).toEqual({ low: -1, high: 3, invert: true }); // twice as wide
  expect(shown(0, 20)).toEqual({ low: 1, high: 3, invert: false }); // half a range up
});
