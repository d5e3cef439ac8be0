// Finds a Chromium for the tests, or installs Debian's as root; and the flags that give it WebGPU without a GPU.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CANDIDATES = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  // Pages are put together on the CPU, as every Chromium without a GPU does: through SwiftShader it takes a whole core.
  "--disable-gpu-compositing",
];

/** Returns the path of a Chromium; installs Debian's where none is found and we are root. Throws one sentence otherwise. */
export function findChromium() {
  const found = () => CANDIDATES.find((path) => path && existsSync(path));
  if (found()) return found();
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.log("No Chromium found: installing Debian's (apt-get install chromium).");
    spawnSync("apt-get", ["update"], { stdio: "ignore" });
    spawnSync("apt-get", ["install", "-y", "chromium"], { stdio: "ignore" });
    if (found()) return found();
  }
  throw new Error(
    "No Chromium found: install it (apt-get install chromium) or name one in the variable CHROMIUM.",
  );
}

// `npm test` runs this file first: the GPU tests need Chromium's software driver before the journeys need its browser.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(`Chromium: ${findChromium()}`);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
