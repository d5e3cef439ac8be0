import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Model } from "../../src/core/nn/model";
import { writeModel } from "../../src/io/model/write-model";
import { loadGoldenNetwork, loadStarterModel } from "../../src/testing/golden-network";
import { deepFinderModel, kerasArchive } from "../../src/testing/keras-archive";
import { kerasFile } from "../../src/testing/keras-file";
import { type App, fillNumber, openApp, screenshot } from "../app";
import { bytesOf, dropFile, dropFiles, mrcFile } from "../files";

const RUN_MS = 180_000;

let app: App;
let starter: Model;
beforeAll(async () => {
  starter = await loadStarterModel();
  app = await openApp({ width: 1280, height: 800 });
});
afterAll(() => app.browser.close());

/** The starter's weights as DeepFinder saves them: nothing in the file says what the classes are. */
async function deepFinderFile(): Promise<Buffer> {
  const kernels = [...starter.weights].filter(([name]) => name.endsWith(".weight"));
  const layers = kernels.map(([name, kernel], i) => {
    const bias = starter.weights.get(name.replace("weight", "bias")) ?? kernel;
    const weights = [
      { name: "kernel:0", ...kernel },
      { name: "bias:0", ...bias },
    ];
    return { name: i === 0 ? "conv3d" : `conv3d_${i}`, weights };
  });
  return Buffer.from(await kerasFile(layers, true));
}

/** A block of a simulated cell, at 10 Å per voxel. */
async function blockFile(): Promise<Buffer> {
  const { shape, x: values } = await loadGoldenNetwork();
  const [, ny, nx] = shape;
  return mrcFile(shape as [number, number, number], 10, (x, y, z) => 30 * values[(z * ny + y) * nx + x]);
}

/** Runs the segmentation and returns the name and the voxels of its label map. */
async function segment(): Promise<{ readonly name: string; readonly voxels: Buffer }> {
  const { page } = app;
  await page.keyboard.press("s");
  await page.getByRole("button", { name: "Run segment" }).click();
  await page.getByRole("table", { name: "Particles" }).waitFor({ timeout: RUN_MS });
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: /labels/ }).click(),
  ]);
  return { name: download.suggestedFilename(), voxels: (await bytesOf(download)).subarray(1024) };
}

async function chooseStarter(): Promise<void> {
  await app.page.getByRole("combobox", { name: "Model" }).click();
  await app.page.getByRole("option", { name: "starter" }).click();
}

test("a DeepFinder .h5 is dropped, described in its card, and segments as the same weights that ship", async () => {
  const { page, complaints } = app;
  await page.keyboard.press("s");
  await page.getByRole("region", { name: "Model cell" }).waitFor();
  await chooseStarter();
  const shipped = page.getByRole("region", { name: "Model starter" });
  await shipped.getByRole("row", { name: /TRiC 26 nm 1\.00 0\.95/ }).waitFor();
  await screenshot(page, "models-shipped");

  await dropFile(page, "block.mrc", await blockFile());
  await page.getByRole("banner").getByText("block.mrc").waitFor();
  await dropFile(page, "net_weights_FINAL.h5", await deepFinderFile());
  const card: Locator = page.getByRole("region", { name: "Model net_weights_FINAL" });
  await card.getByRole("textbox", { name: "Name of class 4" }).fill("proteasome 20S");
  await fillNumber(page, "Diameter of class 1 in nm", 0);
  await fillNumber(page, "Voxel size", 10);
  await card.getByText("resampled to it").waitFor();
  await screenshot(page, "models-deepfinder");
  const ofH5 = await segment();
  const row = page.getByRole("table", { name: "Particles" }).locator("tbody tr");
  await expect.poll(() => row.allInnerTexts().then((texts) => texts.join())).toContain("proteasome 20S");
  await screenshot(page, "models-segmented");

  await page.keyboard.press("s");
  await chooseStarter();
  await shipped.waitFor();
  const ofStarter = await segment();
  expect(ofStarter.name).not.toBe(ofH5.name);
  expect(ofStarter.voxels.equals(ofH5.voxels)).toBe(true);
  expect(new Set(ofH5.voxels).size).toBeGreaterThan(2);
  expect(complaints).toEqual([]);
}, 400_000);

test("a manifest and its weights open together; what is no model gets its sentence", async () => {
  const { page } = app;
  await page.keyboard.press("s");
  const manifest = { ...starter.manifest, name: "mine", trainedOn: "two cells of ours" };
  const { manifest: text, weights } = writeModel({ ...starter, manifest }, { half: true });
  await dropFiles(page, [
    { name: "manifest.json", bytes: Buffer.from(text) },
    { name: "starter.safetensors", bytes: Buffer.from(weights) },
  ]);
  await page.getByRole("region", { name: "Model mine" }).getByText("Trained on two cells of ours.").waitFor();
  await screenshot(page, "models-own");

  await dropFile(page, "tomogram.h5", Buffer.from("no HDF5"));
  await page.getByText("tomogram.h5 is no HDF5 file.").waitFor();
  await page.getByRole("button", { name: "Close mine" }).click();
  await page.getByRole("region", { name: "Model mine" }).waitFor({ state: "detached" });

  await dropFile(
    page,
    "cell.keras",
    Buffer.from(await kerasArchive(deepFinderModel(starter.weights), "Keras 3")),
  );
  await page.getByRole("region", { name: "Model cell" }).getByLabel("Name of class 5").waitFor();
  await screenshot(page, "models-keras");
});
