import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, openApp, screenshot } from "../app";
import { bytesOf, dropFile, mrcFile } from "../files";

const SHAPE = [16, 20, 24] as const;
/** Rounding may turn a voxel whose two best classes tie; more than one in 500 is a fault. */
const MOST_DIFFERENT = 1 / 500;
const SLOW_MS = 240_000;

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.browser.close());

/** A dark ball with a dark shell around it: enough for several labels. */
function tinyCell(x: number, y: number, z: number): number {
  const radius = Math.hypot(x - 10, y - 10, z - 8);
  return radius < 5 || Math.abs(radius - 8) < 1
    ? -40 + ((x * 7 + y * 3 + z) % 5)
    : 20 + ((x + y * 5 + z * 3) % 7);
}

async function segmentOn(backend: string): Promise<Buffer> {
  const { page, status } = app;
  await status.getByRole("button", { name: /^Backend/ }).click();
  await page.getByRole("menuitem", { name: new RegExp(`^${backend}`) }).click();
  await status.getByRole("button", { name: `Backend: ${backend}` }).waitFor({ timeout: SLOW_MS });
  await page.getByRole("tab", { name: "Segment" }).click();
  await page.getByRole("button", { name: "Run segment" }).click();
  await page.getByRole("tab", { name: "Review", selected: true }).waitFor({ timeout: SLOW_MS });
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: /tiny-labels/ }).click(),
  ]);
  return (await bytesOf(download)).subarray(1024);
}

test("WebGPU passes its self-test in the browser and gives the labels of WebAssembly", {
  timeout: 2 * SLOW_MS,
}, async () => {
  await dropFile(app.page, "tiny.mrc", mrcFile(SHAPE, 10, tinyCell));
  await app.page.getByRole("banner").getByText("tiny.mrc").waitFor();
  const onGpu = await segmentOn("WebGPU");
  await screenshot(app.page, "webgpu-chosen");
  const onCpu = await segmentOn("WebAssembly");
  expect(onCpu.length).toBe(SHAPE[0] * SHAPE[1] * SHAPE[2]);
  expect(new Set(onCpu).size).toBeGreaterThan(1);
  const different = onCpu.reduce((count, label, i) => count + (label === onGpu[i] ? 0 : 1), 0);
  expect(different / onCpu.length).toBeLessThanOrEqual(MOST_DIFFERENT);
  expect(app.complaints).toEqual([]);
});
