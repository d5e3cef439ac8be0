import { expect, test } from "vitest";
import { drawPoissonCounts } from "./poisson-counts";

const COUNT = 40_000;

function draw(rate: number, seed = 3): Float32Array {
  const counts = new Float32Array(COUNT).fill(rate);
  drawPoissonCounts(counts, seed, 1);
  return counts;
}

test.each([0.3, 4, 49, 50, 400])("counts about %f have its mean, its variance and are whole", (rate) => {
  const counts = draw(rate);
  expect(counts.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
  const mean = counts.reduce((sum, count) => sum + count / COUNT, 0);
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2 / COUNT, 0);
  // Four standard errors.
  expect(Math.abs(mean - rate)).toBeLessThan(4 * Math.sqrt(rate / COUNT));
  expect(Math.abs(variance - rate)).toBeLessThan(4 * Math.sqrt((2 * rate ** 2 + rate) / COUNT));
});

test("small rates have the probabilities of the formula", () => {
  const counts = draw(1.5);
  let probability = Math.exp(-1.5);
  for (let k = 0; k < 6; k++) {
    const share = counts.filter((count) => count === k).length / COUNT;
    expect(Math.abs(share - probability)).toBeLessThan(4 * Math.sqrt(probability / COUNT));
    probability *= 1.5 / (k + 1);
  }
});

test("no electrons where none are expected; the same seed gives the same counts", () => {
  expect(draw(0).every((count) => count === 0)).toBe(true);
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7, 4)).not.toEqual(draw(7));
});
