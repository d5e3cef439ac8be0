import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, openApp, screenshot } from "../app";
import { seriousViolations } from "../axe";
import { greyOf } from "../pictures";

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.browser.close());

const xy = () => app.page.getByRole("region", { name: "XY view" });

test("the sample is open at the first visit, in good contrast, and names the first steps", async () => {
  const { page } = app;
  await expect.poll(() => page.getByRole("complementary", { name: "First steps" }).isVisible()).toBe(true);
  expect(await page.getByText("Nothing leaves this computer").first().isVisible()).toBe(true);
  // A drawn slice is grey all over; an empty pane is nearly black and has no spread.
  await expect.poll(async () => (await greyOf(page, "XY view")).deviation).toBeGreaterThan(20);
  await screenshot(page, "view-first-visit");
});

test("wheel and keys step through slices, ten at a time with Shift", async () => {
  const { page } = app;
  await xy().hover();
  await page.mouse.wheel(0, 120);
  await xy().getByText("z 49 / 95").waitFor();
  await page.keyboard.press("PageDown");
  await xy().getByText("z 48 / 95").waitFor();
  await page.keyboard.press("Shift+PageUp");
  await xy().getByText("z 58 / 95").waitFor();
  await page.keyboard.press("Home");
  await xy().getByText("z 0 / 95").waitFor();
});

test("a slab averages neighbours, so that the noise falls", async () => {
  const { page, status } = app;
  for (let step = 0; step < 4; step++) await page.keyboard.press("Shift+PageUp");
  await xy().getByText("z 40 / 95").waitFor();
  const single = await greyOf(page, "XY view");
  for (let step = 0; step < 3; step++) await page.keyboard.press(".");
  await expect.poll(() => status.innerText()).toMatch(/slab\s+7/);
  await expect
    .poll(async () => (await greyOf(page, "XY view")).deviation)
    .toBeLessThan(0.9 * single.deviation);
  await screenshot(page, "view-slab");
  for (let step = 0; step < 3; step++) await page.keyboard.press(",");
});

test("I inverts, a right drag moves window and level, A brings the automatic contrast back", async () => {
  const { page } = app;
  const before = (await greyOf(page, "XY view")).mean;
  await page.keyboard.press("i");
  await expect.poll(async () => (await greyOf(page, "XY view")).mean).toBeCloseTo(255 - before, -1.3);
  await page.keyboard.press("i");
  const low = page.getByRole("spinbutton", { name: "Low grey value" });
  const automatic = await low.inputValue();
  await xy().hover();
  await page.mouse.down({ button: "right" });
  await page.mouse.move(700, 300, { steps: 5 });
  await page.mouse.up({ button: "right" });
  expect(Math.abs(Number(await low.inputValue()) - Number(automatic))).toBeGreaterThan(10);
  await page.keyboard.press("a");
  // The range is that of the slab in view, which is not the one the sample opened with.
  await expect.poll(async () => Math.abs(Number(await low.inputValue()) - Number(automatic))).toBeLessThan(5);
});

test("? lists the keys, Esc closes the list, M maximises the view under the pointer", async () => {
  const { page } = app;
  await page.keyboard.press("?");
  const help = page.getByRole("dialog");
  await help.getByText("Automatic contrast").waitFor();
  await screenshot(page, "view-keys");
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
  await page.getByRole("region", { name: "3D view" }).hover();
  await page.keyboard.press("m");
  await xy().waitFor({ state: "hidden" });
  await screenshot(page, "view-3d");
  await page.keyboard.press("m");
  await xy().waitFor();
});

test("axe finds nothing serious, in any panel", async () => {
  const { page } = app;
  for (const panel of ["Restore", "Segment", "Localize", "Review", "Train"]) {
    await page.getByRole("tab", { name: panel }).click();
    expect(await seriousViolations(page), panel).toEqual([]);
  }
});

test("in a window of 1100 × 700 nothing is lost, and panels are as wide as they were", async () => {
  const { page } = app;
  const panel = page.getByRole("complementary", { name: "Operation" });
  const width = () => panel.evaluateAll(([element]) => element?.clientWidth);
  const before = await width();
  await page.setViewportSize({ width: 1000, height: 700 });
  await expect.poll(width).not.toBe(before); // it is a drawer there
  await page.setViewportSize({ width: 1100, height: 700 });
  await expect.poll(width).toBe(before);
  await page.getByRole("tab", { name: "Segment" }).click();
  expect(await page.getByRole("button", { name: "Run segment" }).isVisible()).toBe(true);
  await screenshot(page, "view-small-window");
  expect(app.complaints).toEqual([]);
});
