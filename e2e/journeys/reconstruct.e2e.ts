import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, openApp, screenshot } from "../app";
import { dropFile, mrcFile } from "../files";
import { greyOf } from "../pictures";

const TILTS_DEG = Array.from({ length: 41 }, (_, i) => -60 + 3 * i);

/** Pixel (x, y) of the image at `tiltDeg` of a ball of radius 9 at (12, 0, 5) from the middle of 64 × 48 pixels. */
function ballAt(x: number, y: number, tiltDeg: number): number {
  const angle = (tiltDeg * Math.PI) / 180;
  const across = x - 31.5 - 12 * Math.cos(angle) - 5 * Math.sin(angle);
  return 2 * Math.sqrt(Math.max(0, 81 - across ** 2 - (y - 23.5) ** 2));
}

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.browser.close());

test("a tilt series and its tilts are dropped and reconstructed; tilts of another series are told", async () => {
  const { page, complaints } = app;
  const series = mrcFile([41, 48, 64], 10, (x, y, image) => ballAt(x, y, TILTS_DEG[image]));
  await dropFile(page, "series.st", series);
  await page.getByRole("banner").getByText("series.st").waitFor();
  await dropFile(page, "few.tlt", Buffer.from("-60\n0\n60\n"));
  await page.getByText(/few\.tlt has 3 tilts, and series\.st 41 images/).waitFor();
  await dropFile(page, "series.tlt", Buffer.from(TILTS_DEG.join("\n")));
  await page.getByText(/41 images, −60° to 60°/).waitFor();
  await page.getByRole("button", { name: "Run reconstruct" }).click();
  await page.getByRole("banner").getByText("series-reconstructed.mrc").waitFor();
  await page.getByRole("banner").getByText("64 × 48 × 16").waitFor();
  await page.waitForTimeout(1000); // the slices are drawn
  await screenshot(page, "reconstructed");
  expect((await greyOf(page, "XY view")).deviation).toBeGreaterThan(5);
  expect(complaints).toEqual([]);
});
