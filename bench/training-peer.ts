import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor, Weights } from "../src/core/nn/model";
import type { TrainingBatch } from "../src/core/train/trainer";
import { writeSafetensors } from "../src/io/safetensors/write-safetensors";
import { findPython } from "../src/testing/find-python";
import { projectFile } from "../src/testing/golden-network";
import { THREADS } from "./open-backend";

const PROGRAM = "bench/peers/training.py";

interface TrainedByPyTorch {
  readonly torch: string;
  readonly device: string;
  /** Of the first steps, each before its step. */
  readonly losses: readonly number[];
  /** Seconds of a step; the others on a GPU only. */
  readonly f32: number;
  readonly tf32?: number;
  readonly f16?: number;
  /** Of the first step, weight by weight. */
  readonly gradients: Float32Array;
}

interface PeerTraining {
  readonly steps: number;
  readonly runs: number;
  readonly learningRate: number;
}

/** Trains the same weights on the same batch in PyTorch, on a GPU where it finds one; null where no python has it. Throws where it fails. */
export async function trainInPyTorch(
  weights: Weights,
  { count, side, voxels, labels }: TrainingBatch,
  { steps, runs, learningRate }: PeerTraining,
): Promise<TrainedByPyTorch | null> {
  const python = findPython("torch");
  if (!python) return null;
  const folder = await mkdtemp(join(tmpdir(), "training-"));
  try {
    const [batchPath, gradientsPath] = [join(folder, "batch.safetensors"), join(folder, "gradients.f32")];
    const shape = [count, side, side, side];
    const tensors = new Map<string, Tensor>(weights)
      .set("x", { shape, values: voxels })
      .set("labels", { shape, values: Float32Array.from(labels) });
    await writeFile(batchPath, writeSafetensors(tensors, { dtype: "F32" }));
    const numbers = [steps, runs, learningRate, THREADS].map(String);
    const args = [projectFile(PROGRAM), batchPath, gradientsPath, ...numbers];
    const printed = execFileSync(python, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    const { buffer, byteOffset, byteLength } = await readFile(gradientsPath);
    const gradients = new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
    return { ...JSON.parse(printed), gradients };
  } finally {
    await rm(folder, { recursive: true });
  }
}
