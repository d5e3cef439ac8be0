import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Shape3 } from "../src/core/volume/shape";
import { projectFile } from "../src/testing/golden-network";
import { THREADS } from "./open-backend";

const ONNX_FILE = "../shared/model/starter.onnx";
const PYTORCH_PROGRAM = "bench/peers/network.py";
/** Debian's own python holds its packages, also where another comes first on the path. */
const PYTHONS = ["python3", "/usr/bin/python3"];

export type Predict = () => Promise<Float32Array>;

/** Returns onnxruntime-web's network on a tile, its output reordered as ours; null where its model is not at hand. */
export async function onnxRuntime(
  tile: Float32Array<ArrayBuffer>,
  shape: Shape3,
  classCount: number,
): Promise<Predict | null> {
  const path = projectFile(ONNX_FILE);
  if (!existsSync(path)) return null;
  const ort = await import("onnxruntime-web");
  ort.env.wasm.numThreads = THREADS;
  const session = await ort.InferenceSession.create(await readFile(path), { executionProviders: ["wasm"] });
  const input = new ort.Tensor("float32", tile, [1, 1, ...shape]);
  return async () => {
    const { prob } = await session.run({ x: input });
    const planes = prob.data as Float32Array;
    const voxels = planes.length / classCount;
    return Float32Array.from(
      planes,
      (_, i) => planes[(i % classCount) * voxels + Math.floor(i / classCount)],
    );
  };
}

interface PyTorchTimes {
  readonly torch: string;
  readonly device: string;
  /** Largest difference from the golden probabilities. */
  readonly goldenError: number;
  /** Seconds of a forward pass; f16 on a GPU only. */
  readonly f32: number;
  readonly f16?: number;
}

/** Returns PyTorch's times for a tile of this shape, on a GPU where it finds one; null where no python has it. */
export function pyTorch(shape: Shape3, runs: number): PyTorchTimes | null {
  const files = ["public/models/starter/starter.safetensors", "src/testing/golden/network.safetensors"];
  const args = [PYTORCH_PROGRAM, ...files].map(projectFile).concat([...shape, runs, THREADS].map(String));
  for (const python of PYTHONS)
    try {
      const printed = execFileSync(python, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      return JSON.parse(printed);
    } catch {
      // No such python, or one without PyTorch: the next one may have it.
    }
  return null;
}
