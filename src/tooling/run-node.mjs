// Runs one of the Node entries (cli, demo, bench) from its bundle, which is made again when a source is newer.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";

// Fused multiply-add in WebAssembly: browsers have it on, Node 20 needs the flag before the first module is compiled.
if (Number(process.versions.node.split(".")[0]) < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");

const root = fileURLToPath(new URL("../../", import.meta.url));
const [entry, ...rest] = process.argv.slice(2);
const bundle = join(root, "dist/node", `${entry}.js`);

function newestMs(folder) {
  let newest = 0;
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, item.name);
    newest = Math.max(newest, item.isDirectory() ? newestMs(path) : statSync(path).mtimeMs);
  }
  return newest;
}

const sources = Math.max(...["src", "bench"].map((name) => newestMs(join(root, name))));
if (!existsSync(bundle) || statSync(bundle).mtimeMs < sources) {
  try {
    const { build } = await import("vite");
    await build({ root, mode: "node", logLevel: "error" });
  } catch (error) {
    console.error(
      `Tomoscope could not be bundled in ${root} (was \`npm ci\` run there?): ${error.message.split("\n")[0]}`,
    );
    process.exit(1);
  }
}

process.argv = [process.argv[0], bundle, ...rest];
await import(pathToFileURL(bundle).href);
