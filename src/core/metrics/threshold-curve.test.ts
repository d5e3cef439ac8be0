import { expect, test } from "vitest";
import { uniformSequence } from "../random/philox";
import { evaluate } from "./evaluate";
import { bestPoint, thresholdCurve } from "./threshold-curve";

const CLASSES = [{ label: 2, name: "ribosome", radiusAngstrom: 145 }];
const LIMITS = { radiusVoxels: 6, beta: 4 };

function scene(count: number) {
  const random = uniformSequence(21, count);
  const place = () => ({ x: 60 * random(), y: 60 * random(), z: 60 * random() });
  const found = Array.from({ length: count }, () => ({
    ...place(),
    label: random() < 0.8 ? 2 : 3,
    sizeVoxels: 1 + Math.floor(40 * random()),
    score: random(),
  }));
  const truth = Array.from({ length: 60 }, () => ({
    ...place(),
    label: 2,
    name: "ribosome",
    rotation: null,
  }));
  return { found, truth };
}

test.each(["sizeVoxels", "score"] as const)(
  "each point of the curve against %s is the evaluation of what is kept",
  (by) => {
    const { found, truth } = scene(90);
    const curve = thresholdCurve(found, truth, 2, by, LIMITS);
    const values = found.filter(({ label }) => label === 2).map((each) => each[by]);
    expect(curve.map(({ threshold }) => threshold)).toEqual([...new Set(values)].sort((a, b) => a - b));
    for (const point of curve) {
      const kept = found.filter((each) => each[by] >= point.threshold);
      const { name: _, truth: __, ...expected } = evaluate(kept, truth, CLASSES, 6, 4).classes[2];
      expect(point).toEqual({ threshold: point.threshold, ...expected });
    }
  },
);

test("a long curve is thinned but keeps its ends", () => {
  const { found, truth } = scene(900);
  const scores = found.filter(({ label }) => label === 2).map(({ score }) => score);
  const curve = thresholdCurve(found, truth, 2, "score", LIMITS);
  expect(curve.length).toBeLessThanOrEqual(256);
  expect([curve[0].threshold, curve.at(-1)?.threshold]).toEqual([Math.min(...scores), Math.max(...scores)]);
});

test("the best point has the highest F1, the first of equal ones; without values there is no curve", () => {
  const { found, truth } = scene(90);
  const curve = thresholdCurve(found, truth, 2, "sizeVoxels", LIMITS);
  const best = Math.max(...curve.map(({ f1 }) => f1));
  expect(bestPoint(curve)).toBe(curve.find(({ f1 }) => f1 === best));
  const unsized = found.map((each) => ({ ...each, sizeVoxels: null }));
  expect(bestPoint(thresholdCurve(unsized, truth, 2, "sizeVoxels", LIMITS))).toBeNull();
});
