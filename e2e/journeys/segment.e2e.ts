import type { Download } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, openApp, screenshot } from "../app";
import { bytesOf, dropFile } from "../files";

const MODEL = "starter";
/** What the same network finds on this volume in PyTorch: class, true, found, precision, recall, F1, F4. */
const EXPECTED = [
  ["membrane-bound ribosome", "17", "26", "0.50", "0.76", "0.60", "0.74"],
  ["free ribosome", "24", "17", "0.94", "0.67", "0.78", "0.68"],
  ["20S proteasome", "39", "39", "1.00", "1.00", "1.00", "1.00"],
  ["TRiC", "17", "17", "1.00", "1.00", "1.00", "1.00"],
];
const PARTICLES = 99;

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.browser.close());

async function exported(item: string | RegExp): Promise<Download> {
  const { page } = app;
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: item }).click(),
  ]);
  return download;
}

test("the sample is segmented, with a stop on the way: labels, surfaces, particles, F1 against the truth", async () => {
  const { page, status, complaints } = app;
  await page.keyboard.press("s");
  await page.getByRole("combobox", { name: "Model" }).click();
  await page.getByRole("option", { name: MODEL }).click();
  await page.getByRole("button", { name: "Run segment" }).click();
  await expect.poll(() => status.innerText(), { timeout: 120_000 }).toMatch(/segmenting\s+\d+ %/);
  const percent = async () => Number(/segmenting\s+(\d+) %/.exec(await status.innerText())?.[1] ?? 0);
  await screenshot(page, "segment-running");
  await expect.poll(percent, { timeout: 600_000 }).toBeGreaterThan(50);
  await page.keyboard.press("Escape");
  await page.getByText(/The segmentation was stopped: the first \d+ of 96 sections/).waitFor();
  await screenshot(page, "segment-stopped");
  await page.getByRole("button", { name: "Go on with the segmentation" }).click();
  await page.getByRole("table", { name: "Scores" }).waitFor({ timeout: 600_000 });
  const rows = await page.getByRole("table", { name: "Scores" }).locator("tbody tr").all();
  const cells = await Promise.all(rows.map((row) => row.locator("th, td").allInnerTexts()));
  expect(cells).toEqual(EXPECTED);
  await page.waitForTimeout(4000); // the surfaces are made and drawn
  await screenshot(page, "segment-done");
  expect(complaints).toEqual([]);
}, 700_000);

test("the table sorts, and a click flies to the particle", async () => {
  const { page, status } = app;
  const table = page.getByRole("table", { name: "Particles" });
  await table.getByRole("columnheader", { name: /Size/ }).getByRole("button").click();
  const row = table.locator("tbody tr[aria-rowindex], tbody tr").filter({ hasText: "TRiC" }).first();
  await table.getByRole("columnheader", { name: /Class/ }).getByRole("button").click();
  await table.getByRole("columnheader", { name: /Class/ }).getByRole("button").click();
  await row.click();
  const [x, y, z] = (await row.locator("td").allInnerTexts())
    .slice(-3)
    .map((text) => Math.round(Number(text)));
  await page.mouse.move(5, 5);
  await expect.poll(() => status.innerText()).toMatch(new RegExp(`x\\s+${x}\\s+y\\s+${y}\\s+z\\s+${z}`));
  await screenshot(page, "segment-particle");
});

test("STAR and MRC are exported and read back", async () => {
  const { page } = app;
  const star = await exported(/RELION 5 STAR/);
  expect(star.suggestedFilename()).toMatch(/\.star$/);
  const starBytes = await bytesOf(star);
  expect(starBytes.toString().match(/^_rlnCenteredCoordinateXAngst/m)).not.toBeNull();

  const mrc = await bytesOf(await exported(/cell-sample-labels/));
  expect([0, 4, 8, 12].map((offset) => mrc.readInt32LE(offset))).toEqual([224, 224, 96, 0]);
  const counts = new Array(6).fill(0);
  for (const label of mrc.subarray(1024)) counts[label]++;
  expect(counts.reduce((sum, n) => sum + n, 0)).toBe(224 * 224 * 96);
  expect(Math.min(...counts)).toBeGreaterThan(10_000);

  await dropFile(page, "back.star", starBytes);
  await page
    .getByRole("button", { name: /back\.star/ })
    .first()
    .waitFor();
  await page.getByText(`${PARTICLES} particles`).waitFor();
});
