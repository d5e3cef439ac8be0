// The dependency rules, generated from src/layers.json: a folder imports only the folders its row names.
import { readFileSync } from "node:fs";

const layers = JSON.parse(readFileSync(new URL("./src/layers.json", import.meta.url), "utf8"));
const folderOf = (layer) => (layer === "workers" || layer === "bench" ? layer : `src/${layer}`);
const anyLayer = Object.keys(layers).map(folderOf).join("|");
const TESTS = "\\.test\\.tsx?$";

const layerRules = Object.entries(layers).map(([layer, { may }]) => ({
  name: `${layer}-imports-only-${may.join("-") || "itself"}`,
  severity: "error",
  comment: "The table of layers is src/layers.json.",
  from: { path: `^${folderOf(layer)}/`, pathNot: TESTS },
  to: { path: `^(${anyLayer})/`, pathNot: `^(${[layer, ...may].map(folderOf).join("|")})/` },
}));

const owner = (library, folders, why) => ({
  name: `${library.replace(/[^a-z]/g, "")}-only-in-${folders.join("-").replaceAll("/", "-")}`,
  severity: "error",
  comment: why,
  from: { path: "^(src|workers)/", pathNot: `^(${folders.join("|")})/|${TESTS}` },
  to: { path: `node_modules/${library}` },
});

export default {
  forbidden: [
    ...layerRules,
    owner("three/", ["src/scene"], "Scenes own three.js; the rest passes plain props."),
    owner(
      "@tensorflow/",
      ["src/tfjs", "src/testing"],
      "tfjs is frozen and has silent errors at rank 5: one folder knows them.",
    ),
    owner("h5wasm/", ["src/io/deepfinder-h5"], "It is large: loaded when a file needs it."),
    owner("jspdf/", ["src/io/page"], "It is large: loaded when a page is saved as PDF."),
    owner("comlink/", ["workers", "src/services"], "Remote calls exist at the worker boundary only."),
    owner("react", ["src/ui", "src/app"], "Nothing below ui knows React."),
    {
      name: "no-circular",
      severity: "error",
      comment: "A cycle cannot be understood or tested in parts.",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "product-does-not-import-tests",
      severity: "error",
      comment: "Tests and phantoms never enter the product.",
      from: { path: "^(src|workers)/", pathNot: `${TESTS}|^src/testing/` },
      to: { path: `${TESTS}|^src/testing/` },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^src/wasm/(assembly|build)/" },
    tsPreCompilationDeps: true,
  },
};
