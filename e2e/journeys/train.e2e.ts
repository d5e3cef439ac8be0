import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCheckpoint } from "../../src/io/model/checkpoint-file";
import { type App, fillNumber, openApp, screenshot } from "../app";
import { bytesOf } from "../files";

const RUN_MS = 180_000;
const STEPS = 30;

let app: App;
let panel: Locator;
beforeAll(async () => {
  app = await openApp({ width: 1280, height: 800 });
  panel = app.page.getByRole("complementary", { name: "Operation" });
});
afterAll(() => app.browser.close());

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Returns the training as the checkpoint has it that the page saves. */
async function savedTraining() {
  const [download] = await Promise.all([
    app.page.waitForEvent("download"),
    panel.getByRole("button", { name: "Save the checkpoint" }).click(),
  ]);
  return readCheckpoint(await bytesOf(download));
}

async function choose(name: string, option: string): Promise<void> {
  await panel.getByRole("combobox", { name, exact: true }).click();
  await app.page.getByRole("option", { name: option, exact: true }).click();
}

test("a small cell is simulated and trained on: paused, gone on with, and the loss falls", async () => {
  const { page, complaints } = app;
  await page.keyboard.press("t");
  await panel.getByRole("button", { name: "Simulate a small cell to train on" }).click();
  await panel.getByRole("combobox", { name: "Use of teaching-cell.mrc" }).waitFor({ timeout: RUN_MS });
  await panel.getByRole("table", { name: "Classes to learn" }).waitFor();
  await fillNumber(page, "Steps", STEPS);
  await fillNumber(page, "Batch", 2);
  await choose("Patch side", "16 voxels");
  await screenshot(page, "train-set-up");

  await panel.getByRole("button", { name: "Train", exact: true }).click();
  const figures = panel.getByText(/^step \d+ of 30 ·/);
  await figures.waitFor({ timeout: RUN_MS });
  await panel.getByRole("button", { name: "Pause" }).click();
  await panel.getByText(/^Paused after step \d+: nothing is lost\.$/).waitFor();
  const before = await savedTraining();
  expect(before.step).toBeGreaterThan(0);
  expect(before.step).toBeLessThan(STEPS);

  await panel.getByRole("button", { name: "Go on" }).click();
  await panel.getByText(/^step 30 of 30 ·/).waitFor({ timeout: RUN_MS });
  await panel.getByRole("button", { name: "Use this model" }).waitFor();
  await page.waitForTimeout(300); // the curves are drawn
  await screenshot(page, "train-done");
  const { points, step } = await savedTraining();
  expect(step).toBe(STEPS);
  expect(points.map((point) => point.step)).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
  expect(points.slice(0, before.step)).toEqual(before.points);
  const losses = points.map(({ loss }) => loss);
  expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)));
  const curve = panel.getByRole("img", { name: "Loss over the steps" });
  const picture = await curve.screenshot();
  expect((await curve.locator("canvas").boundingBox())?.height).toBeGreaterThan(100);
  expect(picture.length).toBeGreaterThan(2000);
  expect(complaints).toEqual([]);
}, 400_000);

test("the model is chosen, and segments the cell", async () => {
  const { page, complaints } = app;
  await panel.getByRole("button", { name: "Use this model" }).click();
  await page
    .getByRole("region", { name: "Model My model" })
    .getByText(/Trained on 1 volume/)
    .waitFor();
  await page.getByRole("button", { name: "Run segment" }).click();
  await page.getByText("teaching-cell-labels-2.mrc").waitFor({ timeout: RUN_MS });
  await screenshot(page, "train-segmented");
  expect(complaints).toEqual([]);
}, 400_000);
