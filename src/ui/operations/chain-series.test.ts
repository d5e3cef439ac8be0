import { expect, it } from "vitest";
import { runningAcceptance } from "./chain-series";

it("the acceptance rate forgets what was more than 20 iterations ago", () => {
  const trace = Array.from({ length: 45 }, (_, i) => ({
    iteration: i + 1,
    energy: 1,
    accepted: i < 20 || i % 4 === 0,
    beta: 1,
  }));
  const rates = runningAcceptance(trace);
  expect(rates.slice(0, 20).every((rate) => rate === 1)).toBe(true);
  expect(rates[24]).toBeCloseTo(0.85, 12); // of the last 20, the 21st … 25th had two in five
  expect(rates[44]).toBeCloseTo(0.25, 12);
});
