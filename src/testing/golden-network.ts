import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Model } from "../core/nn/model";
import type { Shape3 } from "../core/volume/shape";
import { readModel } from "../io/model/read-model";
import { readSafetensors } from "../io/safetensors/read-safetensors";

/** Returns the path of a file of the project, whose folder lies above this code: sources and bundles differ in depth. */
export function projectFile(path: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "public/models")) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, path);
}

const bytes = async (path: string) => new Uint8Array(await readFile(projectFile(path)));

/** f32 against float64: rounding through 15 layers stays below 1e-5 in a probability; ten times that is a fault. */
export const GOLDEN_TOLERANCE = 1e-4;

/** Returns the starter model as it is shipped. */
export async function loadStarterModel(): Promise<Model> {
  const manifest = JSON.parse(new TextDecoder().decode(await bytes("public/models/starter/manifest.json")));
  return readModel(manifest, await bytes("public/models/starter/starter.safetensors"));
}

/** Returns the golden block and its probabilities (golden/README.md). */
export async function loadGoldenNetwork(): Promise<{
  readonly shape: Shape3;
  readonly x: Float32Array;
  readonly probabilities: Float32Array;
}> {
  const tensors = readSafetensors(await bytes("src/testing/golden/network.safetensors"));
  const x = tensors.get("x");
  const probabilities = tensors.get("prob");
  if (!x || !probabilities) throw new Error("The golden file must hold x and prob.");
  const [nz, ny, nx] = x.shape;
  return { shape: [nz, ny, nx], x: x.values, probabilities: probabilities.values };
}

/** Returns the largest difference between two arrays of one length; NaN counts as infinite. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`Lengths differ: ${a.length} and ${b.length}.`);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
