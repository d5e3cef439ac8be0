import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, openApp, screenshot } from "../app";
import { dropFile, mrcFile } from "../files";

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
const LONG_NAME = `a-tomogram-with-a-name-that-somebody-thought-about-${"very-".repeat(12)}long.mrc`;

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.browser.close());

test("a dropped MRC opens: its size, its voxel size, its values", async () => {
  const { page, status } = app;
  await dropFile(
    page,
    "mine.mrc",
    mrcFile([13, 17, 23], 5.5, (x, y, z) => x + 100 * y + 10_000 * z),
  );
  const header = page.getByRole("banner");
  await header.getByText("mine.mrc").waitFor();
  expect(await header.innerText()).toMatch(/23 × 17 × 13/);
  expect(await header.innerText()).toMatch(/5\.5\s*Å/);
  await page.mouse.move(5, 5);
  await expect.poll(() => status.innerText()).toMatch(/value\s+[\d]/);
  const said = await status.innerText();
  const [x, y, z, value] = [/x\s+(\d+)/, /y\s+(\d+)/, /z\s+(\d+)/, /value\s+(\S+)/].map((pattern) =>
    Number(pattern.exec(said)?.[1]),
  );
  expect(value).toBe(x + 100 * y + 10_000 * z);
  expect([x, y, z].every((at) => at > 0)).toBe(true);
  await screenshot(page, "open-small-volume");
});

test.each([
  ["picture.mrc", Buffer.concat([PNG_SIGNATURE, Buffer.alloc(3000, 7)]), /picture\.mrc.*PNG/],
  ["empty.mrc", Buffer.alloc(0), /empty\.mrc.*empty/],
  [
    "axes.mrc",
    (() => {
      const bytes = mrcFile([4, 4, 4], 1, () => 0);
      bytes.writeInt32LE(7, 64);
      return bytes;
    })(),
    /axes\.mrc.*7/,
  ],
])("%s shows its sentence, and what is open stays open", async (name, bytes, sentence) => {
  const { page } = app;
  await dropFile(page, name, bytes);
  const message = page.getByRole("listitem").filter({ hasText: sentence });
  await message.waitFor();
  const [place, panel] = await Promise.all([
    message.boundingBox(),
    page.getByRole("complementary", { name: "Operation" }).boundingBox(),
  ]);
  // It lies over no button.
  expect(Number(place?.x) + Number(place?.width)).toBeLessThan(Number(panel?.x));
  if (name === "picture.mrc") await screenshot(page, "open-broken-file");
  await message.getByRole("button", { name: "Dismiss the message" }).click();
  expect(await page.getByRole("banner").innerText()).toContain("mine.mrc");
});

test("a long name keeps the window in order", async () => {
  const { page } = app;
  await dropFile(
    page,
    LONG_NAME,
    mrcFile([20, 40, 60], 0, (x) => Math.sin(x)),
  );
  await page.getByRole("banner").getByText(LONG_NAME).waitFor();
  await screenshot(page, "open-long-name");
  const scroll = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(scroll).toBeLessThanOrEqual(0);
  expect(app.complaints).toEqual([]);
});
