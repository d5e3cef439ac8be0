import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor, Weights } from "../src/core/nn/model";
import type { BatchResult, NetworkTrainer, TrainerSpec, TrainingBatch } from "../src/core/train/trainer";
import { writeSafetensors } from "../src/io/safetensors/write-safetensors";
import { findPython } from "../src/testing/find-python";
import { projectFile } from "../src/testing/golden-network";
import { THREADS } from "./open-backend";

const PROGRAM = "bench/peers/trainer.py";
const NEWLINE = 10;

/**
 * Returns a trainer in PyTorch for the mean cross-entropy, on a GPU where PyTorch finds one; null where no python has it. Its
 * moments cannot be read.
 */
export async function createPyTorchTrainer({ weights }: TrainerSpec): Promise<NetworkTrainer | null> {
  const python = findPython("torch");
  if (!python) return null;
  const folder = await mkdtemp(join(tmpdir(), "trainer-"));
  const path = join(folder, "weights.safetensors");
  await writeFile(path, writeSafetensors(weights, { dtype: "F32" }));
  const child = spawn(python, [projectFile(PROGRAM), path, String(THREADS)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = new AnswerReader(child);
  const send = (request: object, ...parts: readonly ArrayBufferView[]) => {
    child.stdin?.write(`${JSON.stringify(request)}\n`);
    for (const { buffer, byteOffset, byteLength } of parts)
      child.stdin?.write(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
  };
  const look = (op: "step" | "measure", { count, side, voxels, labels }: TrainingBatch, rate: number) => {
    send({ op, count, side, rate }, voxels, labels);
    return answers.line() as Promise<BatchResult>;
  };
  return {
    step: (batch, learningRate) => look("step", batch, learningRate),
    measure: (batch) => look("measure", batch, 0),
    async weights() {
      send({ op: "weights" });
      const { bytes } = (await answers.line()) as { bytes: number };
      const values = Uint8Array.from(await answers.bytes(bytes)); // a copy, whose floats are aligned
      return shaped(weights, new Float32Array(values.buffer));
    },
    adam: async () => ({ steps: 0, first: new Map(), second: new Map() }),
    dispose() {
      child.kill();
      void rm(folder, { recursive: true });
    },
  };
}

function shaped(like: Weights, values: Float32Array): Weights {
  let at = 0;
  const tensors = new Map<string, Tensor>();
  for (const [name, { shape }] of like) {
    const length = shape.reduce((product, side) => product * side, 1);
    tensors.set(name, { shape, values: values.slice(at, at + length) });
    at += length;
  }
  return tensors;
}

/** Reads what a program answers, lines of JSON and bytes, in the order in which they are asked for. */
class AnswerReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor({ stdout }: ChildProcess) {
    if (!stdout) throw new Error("The program's output is not piped.");
    this.#chunks = stdout[Symbol.asyncIterator]();
  }

  async line(): Promise<unknown> {
    let end = this.#rest.indexOf(NEWLINE);
    while (end < 0) {
      await this.#more();
      end = this.#rest.indexOf(NEWLINE);
    }
    return JSON.parse((await this.bytes(end + 1)).toString());
  }

  async bytes(count: number): Promise<Buffer> {
    while (this.#rest.length < count) await this.#more();
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done) throw new Error("PyTorch's program ended early.");
    this.#rest = Buffer.concat([this.#rest, value]);
  }
}
