import { expect, test } from "vitest";
import { createReferenceBackend } from "../compute/reference-backend";
import { createWasmBackend } from "../compute/wasm-backend";
import { runTrainerCase, TRAINER_CASES, weightError } from "../testing/cases/trainer-cases";

test.each(TRAINER_CASES)("$name", async (trainerCase) => {
  const t0 = performance.now();
  const expected = await runTrainerCase(createReferenceBackend(), trainerCase);
  const t1 = performance.now();
  const found = await runTrainerCase(createWasmBackend(2), trainerCase);
  console.log(
    t1 - t0,
    performance.now() - t1,
    expected.results,
    found.results,
    weightError(found.weights, expected.weights),
  );
  expect(weightError(found.weights, expected.weights)).toBeLessThan(1e-2);
});
