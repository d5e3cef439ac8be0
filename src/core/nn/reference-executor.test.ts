import { expect, test } from "vitest";
import {
  GOLDEN_TOLERANCE,
  largestDifference,
  loadGoldenNetwork,
  loadStarterModel,
} from "../../testing/golden-network";
import { wholeBox } from "../volume/shape";
import { createReferenceNetwork } from "./reference-executor";

test("golden probabilities of PyTorch", async () => {
  const { shape, x, probabilities } = await loadGoldenNetwork();
  const network = createReferenceNetwork(await loadStarterModel());
  const fractions: number[] = [];
  const result = await network.predict(x, shape, wholeBox(shape), async (fraction) => {
    fractions.push(fraction);
  });
  expect(largestDifference(result, probabilities)).toBeLessThan(GOLDEN_TOLERANCE);
  expect(fractions.at(-1)).toBeCloseTo(1, 6);
});
