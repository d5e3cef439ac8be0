import { decode } from "fast-png";
import type { Page } from "playwright-core";

/** Returns the mean grey value (0…255) and its deviation over the middle half of a view, as it is on the screen. */
export async function greyOf(page: Page, view: string): Promise<{ mean: number; deviation: number }> {
  const bounds = await page.getByRole("region", { name: view }).boundingBox();
  if (!bounds) throw new Error(`There is no view "${view}".`);
  const { x, y, width, height } = bounds;
  const clip = { x: x + width / 4, y: y + height / 4, width: width / 2, height: height / 2 };
  const { data, channels } = decode(await page.screenshot({ clip }));
  const greys = Array.from({ length: data.length / channels }, (_, i) => {
    const at = i * channels;
    return (data[at] + data[at + 1] + data[at + 2]) / 3;
  });
  const mean = greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
  const variance = greys.reduce((sum, grey) => sum + (grey - mean) ** 2, 0) / greys.length;
  return { mean, deviation: Math.sqrt(variance) };
}
