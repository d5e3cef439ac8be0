import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, fillNumber, openApp, screenshot } from "../app";
import { greyOf } from "../pictures";

/** What a change of the controls may take on WebAssembly, by the page's clock; the machine may be busy with other tests. */
const CHANGE_MS = 6000;

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.browser.close());

test("a small cell is built: image, spectrum and truth side by side, labels, positions", async () => {
  const { page, complaints } = app;
  await page.keyboard.press("g");
  await page.getByRole("button", { name: "Build the cell" }).click();
  await page.getByText(/^Took /).waitFor({ timeout: 120_000 });
  await page.getByRole("img", { name: /Power spectrum/ }).waitFor();
  await page.getByText("true positions").waitFor();
  await page.waitForTimeout(1500); // surfaces and pictures are drawn
  await screenshot(page, "simulate-built");
  expect((await greyOf(page, "XY view")).deviation).toBeGreaterThan(5);
  expect(complaints).toEqual([]);
});

test("defocus, SNR and tilt range image the cell anew, in its place", async () => {
  const { page, complaints } = app;
  const measured = page.getByText(/SNR measured/);
  const status = page.getByRole("status", { name: "Status" });
  const valueBefore = await status.getByText(/^value /).innerText();
  const asked = async (change: () => Promise<void>, expected: RegExp) => {
    const started = Date.now();
    await change();
    await measured.getByText(expected).waitFor();
    await page.getByText(/imaged in/).waitFor();
    return Date.now() - started;
  };
  const milliseconds = await asked(() => fillNumber(page, "SNR in the projections", 2), /^(2|1\.9\d|2\.0\d)/);
  expect(milliseconds).toBeLessThan(CHANGE_MS);
  await page.getByRole("slider", { name: "Highest tilt" }).focus();
  for (let i = 0; i < 5; i++) await page.keyboard.press("PageDown");
  await fillNumber(page, "Defocus in micrometres", 8);
  await page.getByText(/^Zeros at/).waitFor();
  await page.waitForTimeout(2500);
  await screenshot(page, "simulate-changed");
  expect(await status.getByText(/^value /).innerText()).not.toBe(valueBefore);
  // The image has taken its own place: there is one of it.
  expect(await page.getByRole("button", { name: "teaching-cell.mrc", exact: true }).count()).toBe(1);
  expect(complaints).toEqual([]);
});
