// `npm run check`: types of every folder, lint and format, layer rules, unused code, file lengths.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const WARN_LINES = 300;
const FAIL_LINES = 500;

const projects = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8")).references.map(
  ({ path }) => path,
);
const bin = (name) => join(root, "node_modules/.bin", name);
const steps = [
  ...projects.map((path) => ({ label: `types ${path}`, command: bin("tsc"), args: ["-p", path] })),
  { label: "lint and format", command: bin("biome"), args: ["ci", "--error-on-warnings", "."] },
  {
    label: "layers",
    command: bin("depcruise"),
    args: ["--config", ".dependency-cruiser.mjs", "src", "workers", "bench"],
  },
  { label: "unused code", command: bin("knip"), args: ["--no-progress"] },
];

function run({ label, command, args }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    child.on("close", (code) => {
      console.log(`${code === 0 ? "ok  " : "FAIL"} ${label}`);
      if (code !== 0) console.log(output.trimEnd());
      resolve(code === 0);
    });
  });
}

function* sourceFiles(folder) {
  for (const item of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, item.name);
    if (item.isDirectory()) {
      if (!["build", "node_modules", "output"].includes(item.name)) yield* sourceFiles(path);
    } else if (/\.(ts|tsx|mjs|css|wgsl)$/.test(item.name)) yield path;
  }
}

function checkLengths() {
  let ok = true;
  for (const folder of ["src", "workers", "e2e", "bench"]) {
    for (const path of sourceFiles(folder)) {
      const lines = readFileSync(join(root, path), "utf8").split("\n").length - 1;
      if (lines > FAIL_LINES) ok = false;
      if (lines > WARN_LINES)
        console.log(`${lines > FAIL_LINES ? "FAIL" : "warn"} ${path} has ${lines} lines`);
    }
  }
  console.log(`${ok ? "ok  " : "FAIL"} file lengths (at most ${FAIL_LINES})`);
  return ok;
}

/** The folder table of ARCHITECTURE.md is src/layers.json, row by row; `--fix` writes it. */
function checkLayerTable() {
  const layers = JSON.parse(readFileSync(join(root, "src/layers.json"), "utf8"));
  const rows = Object.entries(layers).map(([layer, { may, what }]) => {
    const folder = layer === "workers" || layer === "bench" ? layer : `src/${layer}`;
    return `| \`${folder}\` | ${what} | ${may.join(", ") || "nothing"} |`;
  });
  const table = ["| folder | what | may import |", "|---|---|---|", ...rows].join("\n");
  const path = join(root, "ARCHITECTURE.md");
  const text = readFileSync(path, "utf8");
  const wanted = text.replace(
    /(<!-- layers -->\n)[\s\S]*?(\n<!-- \/layers -->)/,
    (_, open, close) => open + table + close,
  );
  if (process.argv.includes("--fix")) writeFileSync(path, wanted);
  else if (wanted !== text) {
    console.log(
      "FAIL ARCHITECTURE.md's table of folders differs from src/layers.json (npm run check -- --fix)",
    );
    return false;
  }
  console.log("ok   table of folders");
  return true;
}

const queue = [...steps];
const results = [checkLengths(), checkLayerTable()];
await Promise.all(
  Array.from({ length: Math.min(4, cpus().length) }, async () => {
    for (let step = queue.shift(); step; step = queue.shift()) results.push(await run(step));
  }),
);
process.exit(results.every(Boolean) ? 0 : 1);
