import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Cross-origin isolation gives WebAssembly threads (SharedArrayBuffer).
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** `--mode node` bundles the command line, the demo and the benches; every other mode builds the page. */
export default defineConfig(({ mode }) => ({
  plugins: mode === "node" ? [] : [react()],
  publicDir: mode === "node" ? false : "public",
  server: { headers: isolation, host: "127.0.0.1" },
  preview: { headers: isolation, host: "127.0.0.1" },
  worker: { format: "es" as const },
  build:
    mode === "node"
      ? {
          ssr: true,
          outDir: "dist/node",
          target: "node20",
          rolldownOptions: {
            input: { cli: "src/cli/main.ts", demo: "src/cli/demo.ts", bench: "bench/main.ts" },
          },
        }
      : {
          outDir: "dist/web",
          target: "es2023",
          chunkSizeWarningLimit: 1500,
          // jsPDF asks for them only to print HTML or SVG, which we never do.
          rolldownOptions: { external: ["html2canvas", "canvg", "dompurify"] },
        },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{src,workers,bench}/**/*.test.ts"],
          exclude: ["**/*.gpu.test.ts", "**/node_modules/**"],
          environment: "node",
          testTimeout: 60_000,
          // Of two cores vitest would use one; groups run one after the other.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "dom",
          include: ["src/**/*.dom.test.tsx"],
          environment: "happy-dom",
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "gpu",
          include: ["src/**/*.gpu.test.ts"],
          environment: "node",
          setupFiles: "src/testing/calm-dawn.ts",
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["e2e/journeys/*.e2e.ts"],
          environment: "node",
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          globalSetup: "e2e/global-setup.ts",
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
}));
