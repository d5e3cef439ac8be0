import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, fillNumber, openApp, screenshot } from "../app";
import { seriousViolations } from "../axe";
import { greyOf } from "../pictures";

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.browser.close());

/** The iteration that the panel tells of. */
async function iteration(): Promise<number> {
  const text = await app.page.getByText(/^iteration \d+ ·/).innerText();
  return Number(/\d+/.exec(text)?.[0]);
}

test("a chain is watched, paused, steered and finished with the samples it has", async () => {
  const { page, complaints } = app;
  await page.keyboard.press("r");
  await page.getByRole("radio", { name: "32 voxels" }).click();
  await fillNumber(page, "Iterations", 2000);
  await fillNumber(page, "Burn-in", 8);
  await page.getByRole("button", { name: "Run restore" }).click();
  await page.getByRole("img", { name: /^Preview: the current sample, section z 48/ }).waitFor();
  await expect.poll(iteration, { timeout: 60_000 }).toBeGreaterThan(10);
  await page.getByRole("radio", { name: "running mean" }).click();
  await page.getByRole("img", { name: /^Preview: mean so far/ }).waitFor();
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page
    .getByText(/%, paused/)
    .first()
    .waitFor();
  // The iteration that was under way ends; then nothing moves.
  await page.waitForTimeout(500);
  const pausedAt = await iteration();
  await page.getByRole("radio", { name: "deviation" }).click();
  await page.getByRole("img", { name: /^Preview: deviation so far/ }).waitFor();
  expect(await iteration()).toBe(pausedAt);
  await screenshot(page, "restore-paused");
  expect(await seriousViolations(page)).toEqual([]);
  await fillNumber(page, "Temperature β", 0.001);
  await page.getByRole("button", { name: "Go on", exact: true }).click();
  await page.getByText("β 1.00e−3").or(page.getByText("β 0.001")).first().waitFor();
  await page.keyboard.press("Escape");
  await page.getByText(/^Took /).waitFor();
  await page.getByText(/^\d+ samples after a burn-in of 8\.$/).waitFor();
  await fillNumber(page, "More samples", 5);
  const finishedAt = await iteration();
  await page.getByRole("button", { name: "Take more" }).click();
  await expect.poll(iteration).toBe(finishedAt + 5);
  await page.getByText(/^Took /).waitFor();
  await page
    .getByRole("button", { name: /restored/ })
    .first()
    .waitFor();
  expect(complaints).toEqual([]);
});

test("before and after share the views, either side of a divider; or stand side by side", async () => {
  const { page, complaints } = app;
  // The plane of the tilting, where the wedge shows, is the large one.
  const divider = page.getByRole("slider", { name: "Divider between before and after, XZ view" });
  const at = async (key: string) => {
    await divider.press(key);
    await page.waitForTimeout(300);
    return (await greyOf(page, "XZ view")).deviation;
  };
  const [after, before] = [await at("Home"), await at("End")];
  // The box is a good part of the picture: without its noise, what is in it stands out.
  expect(after).toBeGreaterThan(1.2 * before);
  const box = await divider.boundingBox();
  if (!box) throw new Error("The divider is not there.");
  await page.mouse.move(box.x + box.width / 2 - 3, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x - 200, box.y + 100, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => Number(await divider.getAttribute("aria-valuenow"))).toBeLessThan(80);
  await page.keyboard.press("w");
  await divider.waitFor({ state: "hidden" });
  await page.keyboard.press("w");
  await divider.waitFor();
  await page.waitForTimeout(1000); // the spectra
  await screenshot(page, "restore-done");
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Side by side", exact: true }).click();
  const compared = page.getByRole("region", { name: "Compared volume" });
  await compared.getByText("Compare XZ   y 112 / 223").waitFor();
  await compared.getByRole("button", { name: "Compare YZ slices" }).click();
  await compared.getByText("Compare YZ   x 112 / 223").waitFor();
  expect(complaints).toEqual([]);
});

test("a long restoration is discarded at once and loses nothing", async () => {
  const { page, status, complaints } = app;
  await page.getByRole("button", { name: "Parameters" }).click(); // folded while the result is looked at
  await page.getByRole("radio", { name: "64 voxels" }).click();
  await fillNumber(page, "Iterations", 500);
  await page.getByRole("button", { name: "Run restore" }).click();
  await expect.poll(() => status.innerText(), { timeout: 60_000 }).toMatch(/restoring \d+ %/);
  const started = Date.now();
  await page.getByRole("button", { name: "Discard", exact: true }).click();
  await page.getByText(/^Cancelled/).waitFor();
  // A second for the worker, and what the page takes on a busy machine.
  expect(Date.now() - started).toBeLessThan(3000);
  expect(await page.getByRole("banner").innerText()).toContain("cell-sample.mrc");
  expect(complaints).toEqual([]);
});

test("stopped in blocks, it keeps those that are finished", async () => {
  const { page, complaints } = app;
  const advanced = page.getByRole("button", { name: /^Advanced/ });
  if (!(await advanced.isVisible())) await page.getByRole("button", { name: "Parameters" }).click();
  await fillNumber(page, "Iterations", 12);
  await fillNumber(page, "Burn-in", 4);
  await advanced.click();
  await page.getByRole("switch", { name: "Block size: automatic" }).click();
  await fillNumber(page, "Block size", 32);
  await page.getByRole("button", { name: "Run restore" }).click();
  await page.getByText(/^Stop, or Esc, keeps the [1-9]\d* of 27 blocks/).waitFor();
  await page.keyboard.press("Escape");
  await page
    .getByText(/^Stopped: \d+ of 27 blocks are restored, the rest is as it was measured\.$/)
    .waitFor();
  await page.waitForTimeout(1000); // the views
  await screenshot(page, "restore-stopped-in-blocks");
  expect(await seriousViolations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});
