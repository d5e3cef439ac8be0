import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { inject } from "vitest";
import { CHROMIUM_ARGS, findChromium } from "../src/tooling/chromium.mjs";

const SCREENSHOTS = fileURLToPath(new URL("./output/", import.meta.url));

export interface AppPage {
  readonly browser: Browser;
  readonly page: Page;
  /** What the page complained of since it opened. */
  readonly complaints: string[];
}

/** Opens the built app in a real Chromium and waits until the first slice of its sample is drawn. */
export async function openApp(viewport = { width: 1440, height: 900 }): Promise<AppPage> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_ARGS });
  const page = await browser.newPage({ viewport, acceptDownloads: true });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(inject("appUrl"));
  return { browser, page, complaints };
}

/** Saves a picture of the page under e2e/output, to be looked at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png` });
}
