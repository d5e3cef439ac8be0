import { add, getGradient, type NamedAttrMap, type NamedTensorMap, type Tensor } from "@tensorflow/tfjs-core";
import type { KernelRunner } from "./deepfinder";
import { runKernel } from "./network-operations";
import type { TfjsSession } from "./tfjs-session";

interface TapeEntry {
  readonly kernel: string;
  readonly inputs: NamedTensorMap;
  readonly attributes: NamedAttrMap;
  readonly output: Tensor;
}

/** Runs kernels and forgets their outputs once they are used. */
export class ForwardRunner implements KernelRunner {
  readonly #session: TfjsSession;
  readonly #pause: () => Promise<void>;
  readonly #outputs = new Set<Tensor>();

  constructor(session: TfjsSession, pause: () => Promise<void>) {
    this.#session = session;
    this.#pause = pause;
  }

  async run(kernel: string, inputs: NamedTensorMap, attributes: NamedAttrMap = {}): Promise<Tensor> {
    this.#session.activate();
    const [output] = runKernel(kernel, inputs, attributes);
    this.#outputs.add(output);
    await this.#pause();
    return output;
  }

  release(output: Tensor): void {
    this.#outputs.delete(output);
    output.dispose();
  }

  /** Frees the outputs that were not released. */
  dispose(): void {
    for (const output of this.#outputs) output.dispose();
    this.#outputs.clear();
  }
}

/**
 * Runs kernels and remembers them, to go back along their gradients as they are registered with tfjs. Its own tape runs
 * all at once; this one pauses between kernels, so that the thread stays responsive, and frees what is done with.
 */
export class Tape implements KernelRunner {
  readonly #session: TfjsSession;
  readonly #pause: () => Promise<void>;
  readonly #entries: TapeEntry[] = [];
  /** The gradients by tensors that are known so far, by the tensors' ids. */
  readonly #slopes = new Map<number, Tensor>();

  constructor(session: TfjsSession, pause: () => Promise<void>) {
    this.#session = session;
    this.#pause = pause;
  }

  async run(kernel: string, inputs: NamedTensorMap, attributes: NamedAttrMap = {}): Promise<Tensor> {
    this.#session.activate();
    const [output] = runKernel(kernel, inputs, attributes);
    this.#entries.push({ kernel, inputs, attributes, output });
    await this.#pause();
    return output;
  }

  /** The way back needs all outputs. */
  release(): void {}

  /**
   * Goes back from a number's gradient by the newest output, which the tape owns from then on, to those by everything that
   * it was made from. Outputs are freed on the way.
   */
  async goBack(slope: Tensor): Promise<void> {
    this.#slopes.set(this.#entries[this.#entries.length - 1].output.id, slope);
    for (let entry = this.#entries.at(-1); entry; entry = this.#entries.at(-1)) {
      this.#session.activate();
      this.#goBackOver(entry);
      this.#entries.pop();
      await this.#pause();
    }
  }

  /** Returns the gradient by one of the tensors that kernels took, which stays the tape's. */
  slopeBy({ id }: Tensor): Tensor {
    const slope = this.#slopes.get(id);
    if (!slope) throw new Error("The network's output does not depend on one of its weights.");
    return slope;
  }

  /** Frees all that the tape holds. */
  dispose(): void {
    for (const { output } of this.#entries) output.dispose();
    for (const slope of this.#slopes.values()) slope.dispose();
    this.#entries.length = 0;
    this.#slopes.clear();
  }

  #goBackOver({ kernel, inputs, attributes, output }: TapeEntry): void {
    const slope = this.#slopes.get(output.id);
    if (slope) {
      const { gradFunc, inputsToSave = [], outputsToSave = [] } = getGradient(kernel);
      const saved = [...inputsToSave.map((name) => inputs[name]), ...(outputsToSave[0] ? [output] : [])];
      for (const [name, gradient] of Object.entries(gradFunc(slope, saved, attributes)))
        this.#add(inputs[name], gradient());
      this.#slopes.delete(output.id);
      slope.dispose();
    }
    output.dispose();
  }

  #add({ id }: Tensor, gradient: Tensor): void {
    const known = this.#slopes.get(id);
    this.#slopes.set(id, known ? add(known, gradient) : gradient);
    if (!known) return;
    known.dispose();
    gradient.dispose();
  }
}
