// Compiles src/wasm/assembly to two WebAssembly modules: plain SIMD, and relaxed SIMD (fused multiply-add).
// Both import a shared memory, so that one build serves one thread and many.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const asc = join(
  dirname(createRequire(import.meta.url).resolve("assemblyscript/package.json")),
  "bin/asc.js",
);
const entry = "src/wasm/assembly/index.ts";
const MAXIMUM_PAGES = 65536; // 4 GiB, the limit of 32-bit memory

if (!existsSync(join(root, entry))) process.exit(0);
mkdirSync(join(root, "src/wasm/build"), { recursive: true });

for (const variant of ["simd", "relaxed"]) {
  const options = [
    entry,
    "-O3",
    "--noAssert",
    "--runtime",
    "stub",
    "--importMemory",
    "--sharedMemory",
    "--initialMemory",
    "16",
    "--maximumMemory",
    String(MAXIMUM_PAGES),
    "--enable",
    "simd",
    "--enable",
    "threads",
    ...(variant === "relaxed" ? ["--enable", "relaxed-simd"] : []),
    "--use",
    `RELAXED=${variant === "relaxed" ? 1 : 0}`,
    "--outFile",
    `src/wasm/build/kernels-${variant}.wasm`,
  ];
  const { status } = spawnSync(process.execPath, [asc, ...options], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
