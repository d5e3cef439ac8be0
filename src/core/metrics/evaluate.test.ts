import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluate, type TruthParticle } from "./evaluate";

const CLASSES = [
  { label: 0, name: "background" },
  { label: 1, name: "membrane" },
  { label: 2, name: "ribosome", radiusAngstrom: 145 },
  { label: 3, name: "TRiC", radiusAngstrom: 130 },
];
const at = (x: number, label = 2, y = 0, z = 0) => ({ x, y, z, label });
const truthAt = (x: number, label = 2): TruthParticle => ({
  ...at(x, label),
  name: "mb-ribosome",
  rotation: null,
});

test("each truth is matched once, by the closest", () => {
  // 3 and 4 both lie near the truth at 0; 12 lies near 10 only.
  const { classes } = evaluate([at(3), at(4), at(12)], [truthAt(0), truthAt(10)], CLASSES, 5);
  expect(classes[2]).toEqual({
    name: "ribosome",
    truth: 2,
    found: 3,
    truePositives: 2,
    precision: 2 / 3,
    recall: 1,
    f1: 0.8,
    fBeta: (17 * 2) / (16 * 2 + 3),
  });
});

test("the closest pair goes first, though a farther choice would match more", () => {
  // Truth 0 and 6; found 4 (nearer to 6) and 9 (only near 6): 4–6 is made, and 9 is left with nothing.
  const { classes } = evaluate([at(4), at(9)], [truthAt(0), truthAt(6)], CLASSES, 4);
  expect(classes[2].truePositives).toBe(1);
});

test("the distance is inclusive, and a class does not match another", () => {
  expect(evaluate([at(5)], [truthAt(0)], CLASSES, 5).classes[2].truePositives).toBe(1);
  expect(evaluate([at(5.001)], [truthAt(0)], CLASSES, 5).classes[2].truePositives).toBe(0);
  expect(evaluate([at(0, 3)], [truthAt(0, 2)], CLASSES, 5).classes).toMatchObject({
    2: { truth: 1, found: 0, precision: 0, recall: 0, f1: 0 },
    3: { truth: 0, found: 1, precision: 0, recall: 0, f1: 0 },
  });
});

test("particle classes are listed even when empty, others when they occur; unknown ones take the truth's name", () => {
  const { classes, radiusVoxels } = evaluate([at(0, 9)], [truthAt(0, 7)], CLASSES, 10);
  expect(radiusVoxels).toBe(10);
  expect(Object.entries(classes).map(([label, { name }]) => [label, name])).toEqual([
    ["2", "ribosome"],
    ["3", "TRiC"],
    ["7", "mb-ribosome"],
    ["9", "class 9"],
  ]);
});

test("a list compared with itself is perfect, whatever the points", () => {
  const point = fc.record({
    x: fc.integer({ min: 0, max: 20 }),
    y: fc.integer({ min: 0, max: 20 }),
    z: fc.nat(9),
  });
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), (points) => {
      const found = points.map((p) => ({ ...p, label: 2 }));
      const truth = points.map((p) => ({ ...p, label: 2, name: "a", rotation: null }));
      expect(evaluate(found, truth, CLASSES, 3).classes[2].f1).toBe(1);
    }),
    { seed: 1 },
  );
});

test("the confusion matrix says what each true class was found as, what was missed, and what is too much", () => {
  const found = [at(0.2, 2), at(10.1, 3), at(50, 3), at(21, 3), at(20.4, 2)];
  const { confusion } = evaluate(found, [truthAt(0), truthAt(10), truthAt(20), truthAt(80, 3)], CLASSES, 5);
  expect(confusion).toEqual({
    labels: [2, 3],
    counts: [
      [2, 1, 0],
      [0, 0, 1],
      [0, 2, 0],
    ],
  });
});

test("β weighs recall against precision: 1 gives F1, a large one the recall, a small one the precision", () => {
  const scores = (beta: number) =>
    evaluate([at(0), at(50), at(90)], [truthAt(0), truthAt(10)], CLASSES, 5, beta).classes[2];
  const { precision, recall, f1 } = scores(1);
  expect(scores(1).fBeta).toBeCloseTo(f1, 12);
  expect(scores(1e4).fBeta).toBeCloseTo(recall, 6);
  expect(scores(1e-4).fBeta).toBeCloseTo(precision, 6);
  expect(scores(4).fBeta).toBeCloseTo((17 * precision * recall) / (16 * precision + recall), 12);
});
