import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { inject } from "vitest";
import { CHROMIUM_ARGS, findChromium } from "../src/tooling/chromium.mjs";

const SCREENSHOTS = fileURLToPath(new URL("./output/", import.meta.url));
const STEP_MS = 60_000;

export interface App {
  readonly browser: Browser;
  readonly page: Page;
  /** The line at the bottom. */
  readonly status: Locator;
  /** What the page complained of since it opened. */
  readonly complaints: string[];
}

/** Opens the built app in a real Chromium and waits until its sample is drawn and has been read whole. */
export async function openApp(viewport = { width: 1440, height: 900 }): Promise<App> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_ARGS });
  const page = await browser.newPage({ viewport, acceptDownloads: true });
  page.setDefaultTimeout(STEP_MS);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(inject("appUrl"));
  const status = page.getByRole("status", { name: "Status" });
  await status.getByText("WebAssembly SIMD").waitFor();
  await page.getByRole("region", { name: "XY view" }).getByText("z 48 / 95").waitFor();
  await status.getByText(/^reading/).waitFor({ state: "detached" });
  return { browser, page, status, complaints };
}

/** Saves a picture of the page under e2e/output, to be looked at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png` });
}

/** Types a number into a field of the form and takes it. */
export async function fillNumber(page: Page, name: string, value: number): Promise<void> {
  const field = page.getByRole("spinbutton", { name, exact: true });
  await field.fill(String(value));
  await field.press("Enter");
}
