import { decode } from "fast-png";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, fillNumber, openApp, screenshot } from "../app";
import { bytesOf } from "../files";

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.browser.close());

const panel = () => app.page.getByRole("complementary", { name: "Operation" });

async function exported(item: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const { page } = app;
  await panel().getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: item }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await bytesOf(download) };
}

/** The status bar tells the value of the volume on the pointer's side of the divider, and its name. */
async function valueIsOfWhatIsSeen(): Promise<void> {
  const { page, status } = app;
  const pane = await page.getByRole("region", { name: "XZ view" }).boundingBox();
  if (!pane) throw new Error("The XZ view is not there.");
  for (const [side, name] of [
    [-14, "cell-sample.mrc"],
    [14, "cell-sample-restored.mrc"],
  ] as const) {
    await page.mouse.move(pane.x + pane.width / 2 + side, pane.y + pane.height / 2 - 40);
    await status.getByText(name, { exact: true }).waitFor();
  }
  // The original is int8, the restored volume is not.
  await expect.poll(() => status.innerText()).toMatch(/value\s+−?\d+\.\d+\s+of\s+cell-sample-restored/);
}

test("a restored box is audited: verdict, curves, hatching, and the page for reviewers", async () => {
  const { page, complaints } = app;
  await page.keyboard.press("q");
  await panel()
    .getByText(/^Restore a box first, or drop a restored volume/)
    .waitFor();
  await page.keyboard.press("r");
  await page.getByRole("radio", { name: "32 voxels" }).click();
  await fillNumber(page, "Iterations", 8);
  await fillNumber(page, "Burn-in", 2);
  await page.getByRole("button", { name: "Run restore" }).click();
  await page.getByText(/^Took /).waitFor();

  await valueIsOfWhatIsSeen();

  await page.keyboard.press("q");
  await panel().getByRole("combobox", { name: "Original" }).getByText("cell-sample.mrc").waitFor();
  await page.getByRole("button", { name: "Run audit" }).click();
  const verdict = page.getByRole("list", { name: "Verdict" });
  await verdict.getByText(/of the power of what was measured was changed/).waitFor();
  await verdict.getByText(/The deviation of the samples is larger than the signal/).waitFor();
  await panel()
    .getByRole("img", { name: /^Change of what was measured in dB/ })
    .waitFor();
  const compared = page.getByRole("region", { name: "XZ view" });
  const hatched = await compared.screenshot();
  await screenshot(page, "audit-done");
  await page.keyboard.press("h");
  await expect.poll(async () => (await compared.screenshot()).equals(hatched)).toBe(false);
  await page.keyboard.press("h");

  const pdf = await exported("Page as PDF");
  expect([pdf.name, pdf.bytes.subarray(0, 5).toString()]).toEqual([
    "cell-sample-restored-audit.pdf",
    "%PDF-",
  ]);
  const png = await exported("Page as PNG");
  expect(decode(png.bytes)).toMatchObject({ width: 1653, height: 2339 });
  const figures = JSON.parse((await exported("Figures as JSON")).bytes.toString());
  expect(figures).toMatchObject({
    format: "tomoscope-audit",
    volumes: {
      original: "cell-sample.mrc",
      restored: "cell-sample-restored.mrc",
      std: "cell-sample-std.mrc",
    },
    voxelSizeAngstrom: 10,
  });
  expect(figures.filled.share).toBeGreaterThan(0);
  expect(complaints).toEqual([]);
});
