// `npm run check`: types of every folder, lint and format, layer rules, unused code, file lengths.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const WARN_LINES = 300;
const FAIL_LINES = 500;

const readJson = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));
const layers = readJson("src/layers.json");
const folderOf = (layer) => (layer === "workers" || layer === "bench" ? layer : `src/${layer}`);
const bin = (name) => join(root, "node_modules/.bin", name);
const steps = [
  { label: "types", command: bin("tsc"), args: ["-b"] },
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
  const rows = Object.entries(layers).map(
    ([layer, { may, what }]) => `| \`${folderOf(layer)}\` | ${what} | ${may.join(", ") || "nothing"} |`,
  );
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

/** tsconfig.json references every folder; a folder's own, unless it emits no types, all that its row lets it import. */
function checkReferences() {
  const checked = readJson("tsconfig.json").references.map(({ path }) => path);
  const faults = Object.entries(layers).flatMap(([layer, { may }]) => {
    if (layer === "tooling") return [];
    const folder = folderOf(layer);
    const { compilerOptions, references = [] } = readJson(join(folder, "tsconfig.json"));
    const named = references.map(({ path }) => path.replace("../", "")).join(", ");
    const wanted = may.join(", ");
    return [
      ...(checked.includes(folder) ? [] : [`tsconfig.json does not reference ${folder}`]),
      ...(compilerOptions.noEmit || named === wanted
        ? []
        : [`${folder}/tsconfig.json references ${named || "nothing"} where src/layers.json has ${wanted}`]),
    ];
  });
  for (const fault of faults) console.log(`FAIL ${fault}`);
  if (faults.length === 0) console.log("ok   references of tsconfig.json");
  return faults.length === 0;
}

const queue = [...steps];
const results = [checkLengths(), checkLayerTable(), checkReferences()];
await Promise.all(
  Array.from({ length: Math.min(4, cpus().length) }, async () => {
    for (let step = queue.shift(); step; step = queue.shift()) results.push(await run(step));
  }),
);
process.exit(results.every(Boolean) ? 0 : 1);
