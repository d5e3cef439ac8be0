import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, openApp, screenshot } from "../app";
import { bytesOf } from "../files";

/** What the table may take to follow the slider, by the page's clock; the machine may be busy with other tests. */
const FOLLOW_MS = 3000;
/** Membrane-bound ribosomes of the cell that is built. */
const TRUE_ONES = 3;

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.browser.close());

const scores = () => app.page.getByRole("table", { name: "Scores" });
const curve = () =>
  app.page.getByRole("img", { name: /^Precision, recall and F1 of membrane-bound ribosome/ });
const plotted = () =>
  curve()
    .locator("canvas")
    .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

/** How many of the first class were found, with precision, recall and F1. */
async function firstRow(): Promise<string[]> {
  const cells = await scores().locator("tbody tr").first().locator("td").allInnerTexts();
  return cells.slice(1, 5);
}

test("the particles of a built cell are localized in its labels and scored against its truth", async () => {
  const { page, complaints } = app;
  await page.keyboard.press("g");
  await page.getByRole("button", { name: "Build the cell" }).click();
  await page.getByText(/^Took /).waitFor({ timeout: 120_000 });
  await page.keyboard.press("l");
  await page.getByRole("button", { name: "Run localize" }).click();
  await scores().waitFor();
  expect(await firstRow()).toEqual([String(TRUE_ONES), "1.00", "1.00", "1.00"]);
  await curve().waitFor();
  await screenshot(page, "localize-done");
  expect(complaints).toEqual([]);
});

test("table and curves follow the slider of the smallest size", async () => {
  const { page, complaints } = app;
  const slider = page.getByRole("slider", { name: "Smallest size, membrane-bound ribosome" });
  const before = await plotted();
  await slider.focus();
  const started = Date.now();
  await page.keyboard.press("End");
  await page.getByText("1 found, precision 1.00, recall 0.33, F1 0.50.").waitFor();
  await expect.poll(firstRow, { interval: 20 }).toEqual(["1", "1.00", "0.33", "0.50"]);
  expect(Date.now() - started).toBeLessThan(FOLLOW_MS);
  expect(await plotted()).not.toBe(before);
  await page.getByRole("button", { name: "Confusion" }).click();
  const missed = page
    .getByRole("table", { name: "Confusion matrix" })
    .locator("tbody tr")
    .first()
    .locator("td")
    .last();
  expect(await missed.innerText()).toBe(String(TRUE_ONES - 1));
  await screenshot(page, "localize-moved");

  // The best threshold brings all of them back.
  await page.getByRole("button", { name: "Use it" }).click();
  await expect.poll(firstRow).toEqual([String(TRUE_ONES), "1.00", "1.00", "1.00"]);
  expect(complaints).toEqual([]);
});

test("distances to the membrane are measured, and their histogram follows the slider", async () => {
  const { page, complaints } = app;
  await page.getByRole("button", { name: "Distances" }).click();
  await page.getByRole("button", { name: "Measure the distances" }).click();
  const text = page.getByText(/^membrane-bound ribosome: \d+ against the distance to membrane/);
  await text.waitFor();
  expect(await text.innerText()).toContain(`: ${TRUE_ONES} against`);
  // They sit on it: their middle is about their radius away.
  const median = Number((await text.innerText()).match(/median (\d+) Å/)?.[1]);
  expect(median).toBeGreaterThan(50);
  expect(median).toBeLessThan(300);
  await page.getByRole("slider", { name: "Smallest size, membrane-bound ribosome" }).press("End");
  await expect.poll(() => text.innerText()).toContain(": 1 against");
  await screenshot(page, "localize-distances");
  expect(complaints).toEqual([]);
});

test("the curves are exported", async () => {
  const { page } = app;
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: /^Curves/ }).click(),
  ]);
  const rows = (await bytesOf(download)).toString().trim().split("\n");
  expect(rows[0]).toBe("label,class,by,threshold,found,right,precision,recall,f1,f_beta");
  expect(rows.filter((row) => row.startsWith("2,membrane-bound ribosome,size_voxels,"))).toHaveLength(
    TRUE_ONES,
  );
});
