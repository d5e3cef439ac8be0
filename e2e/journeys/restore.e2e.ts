import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, fillNumber, openApp, screenshot } from "../app";

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.browser.close());

test("a box of 32³ is restored: live trace, result in the tree, before and after", async () => {
  const { page, complaints } = app;
  await page.keyboard.press("r");
  await page.getByRole("radio", { name: "32 voxels" }).click();
  await fillNumber(page, "Iterations", 30);
  await fillNumber(page, "Burn-in", 10);
  await page.getByRole("button", { name: "Run restore" }).click();
  await page
    .getByRole("progressbar", { name: /restoring/i })
    .first()
    .waitFor();
  await page.getByText(/^Finished in/).waitFor({ timeout: 180_000 });
  await page
    .getByRole("button", { name: /restored/ })
    .first()
    .waitFor();
  await page.waitForTimeout(1500); // the spectra and the side-by-side view are drawn
  // The plane of the tilting, where the wedge shows, is compared first.
  const compared = page.getByRole("region", { name: "Compared volume" });
  await compared.getByText("Compare XZ   y 112 / 223").waitFor();
  await compared.getByRole("button", { name: "Compare YZ slices" }).click();
  await compared.getByText("Compare YZ   x 112 / 223").waitFor();
  await screenshot(page, "restore-done");
  expect(complaints).toEqual([]);
});

test("a long restoration is cancelled within a second and loses nothing", async () => {
  const { page, status, complaints } = app;
  await page.getByRole("button", { name: "Parameters" }).click(); // folded while the result is looked at
  await page.getByRole("radio", { name: "64 voxels" }).click();
  await fillNumber(page, "Iterations", 500);
  await page.getByRole("button", { name: "Run restore" }).click();
  await expect.poll(() => status.innerText(), { timeout: 60_000 }).toMatch(/[1-9] %/);
  const started = Date.now();
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByText(/^Cancelled/).waitFor();
  expect(Date.now() - started).toBeLessThan(1500);
  expect(await page.getByRole("banner").innerText()).toContain("cell-sample.mrc");
  await screenshot(page, "restore-cancelled");
  expect(complaints).toEqual([]);
});
