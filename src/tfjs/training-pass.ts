import { add, concat, reshape, type Tensor, tensor, tensor1d, tidy } from "@tensorflow/tfjs-core";
import { ComputeError } from "../core/errors";
import type { BatchResult, TrainingBatch } from "../core/train/trainer";
import { countLabels, splitBatch } from "./batch-parts";
import { deepFinder, type KernelRunner } from "./deepfinder";
import { sliceWeights, type WeightLayout } from "./flat-weights";
import type { LossFunction } from "./losses";
import { ForwardRunner, Tape } from "./tape";
import type { TfjsSession } from "./tfjs-session";
import { TRAINER_KERNELS } from "./trainer-kernels";

interface PassSpec {
  readonly session: TfjsSession;
  readonly layout: WeightLayout;
  readonly classCount: number;
  readonly loss: LossFunction;
  readonly microBatch: number;
}

/**
 * One look at a batch with the weights as they are. Cubes are computed a micro-batch at a time; the loss and its gradient are
 * those of all of them, as the loss is a function of sums over the batch: where its slopes depend on the sums, these are made
 * first. The sums are read back once.
 */
export class TrainingPass {
  readonly #spec: PassSpec;
  readonly #pause: () => Promise<void>;
  readonly #counts: Float64Array;
  readonly #parts: readonly TrainingBatch[];
  readonly #weights: ReadonlyMap<string, Tensor>;
  /** Of the parts done so far, until they are read. */
  readonly #sums: Tensor[] = [];
  #evaluated: (BatchResult & { readonly slopes: Float32Array }) | null = null;

  /** Throws ComputeError "bad-input" if the batch does not fit the network. */
  constructor(spec: PassSpec, flatWeights: Tensor, batch: TrainingBatch, breathe: () => Promise<void>) {
    this.#spec = spec;
    this.#counts = countLabels(batch, spec.classCount);
    this.#parts = splitBatch(batch, spec.microBatch);
    this.#pause = async () => {
      await spec.session.keepUp();
      await breathe();
    };
    spec.session.activate();
    this.#weights = sliceWeights(spec.layout, flatWeights);
  }

  /** Returns the gradient by the flat weights, which is the caller's. */
  async gradient(): Promise<Tensor> {
    const { loss, classCount } = this.#spec;
    const none = new Float64Array(classCount);
    let slopes = loss.isLinear ? loss.evaluate({ own: none, all: none, counts: this.#counts }).slopes : null;
    if (!slopes && this.#parts.length > 1) slopes = (await this.#evaluate()).slopes;
    let sum: Tensor | null = null;
    try {
      for (const part of this.#parts) {
        const gradient = await this.#partGradient(part, slopes);
        const known: Tensor | null = sum;
        sum = known ? add(known, gradient) : gradient;
        if (known) for (const each of [known, gradient]) each.dispose();
      }
    } catch (error) {
      sum?.dispose();
      throw error;
    }
    return sum as Tensor;
  }

  /** Throws ComputeError "backend-failed" where the loss is no finite number. */
  async result(): Promise<BatchResult> {
    const { loss, accuracy } = await this.#evaluate();
    return { loss, accuracy };
  }

  dispose(): void {
    for (const each of [...this.#weights.values(), ...this.#sums]) each.dispose();
  }

  /** Evaluates the loss from the sums of all parts, which are made here unless going back has made them. */
  async #evaluate() {
    if (this.#evaluated) return this.#evaluated;
    if (this.#sums.length === 0) for (const part of this.#parts) await this.#partSums(part);
    const { classCount, loss } = this.#spec;
    const sums = await this.#readSums();
    const counts = this.#counts;
    const [own, all] = [sums.subarray(0, classCount), sums.subarray(classCount, 2 * classCount)];
    const value = loss.evaluate({ own, all, counts });
    if (!Number.isFinite(value.loss)) {
      const sentence = `The loss is ${value.loss}, no finite number: the learning rate may be too high.`;
      throw new ComputeError("backend-failed", sentence, { loss: value.loss });
    }
    const voxels = counts.reduce((total, count) => total + count, 0);
    this.#evaluated = { ...value, accuracy: sums[2 * classCount] / voxels };
    return this.#evaluated;
  }

  async #readSums(): Promise<Float64Array> {
    const joined = concat(this.#sums);
    const values = await joined.data();
    joined.dispose();
    const sums = new Float64Array(2 * this.#spec.classCount + 1);
    for (const [index, value] of values.entries()) sums[index % sums.length] += value;
    return sums;
  }

  async #partSums(part: TrainingBatch): Promise<void> {
    const runner = new ForwardRunner(this.#spec.session, this.#pause);
    const inputs = inputsOf(part);
    try {
      this.#sums.push((await this.#forward(runner, inputs)).clone());
    } finally {
      runner.dispose();
      inputs.dispose();
    }
  }

  /** Goes forward and back; the slopes are known, or made of the sums of this part, which then is all there is. */
  async #partGradient(part: TrainingBatch, known: Float32Array | null): Promise<Tensor> {
    const tape = new Tape(this.#spec.session, this.#pause);
    const inputs = inputsOf(part);
    try {
      const sums = await this.#forward(tape, inputs);
      if (!this.#evaluated) this.#sums.push(sums.clone());
      const slopes = known ?? (await this.#evaluate()).slopes;
      await tape.goBack(tensor1d(slopes));
      return tidy(() => concat([...this.#weights.values()].map((each) => reshape(tape.slopeBy(each), [-1]))));
    } finally {
      tape.dispose();
      inputs.dispose();
    }
  }

  async #forward(runner: KernelRunner, { x, labels }: PartInputs): Promise<Tensor> {
    const { classCount, loss } = this.#spec;
    const probabilities = await deepFinder(runner, classCount, this.#weights, x);
    const { logarithm } = loss;
    const sums = await runner.run(TRAINER_KERNELS.classSums, { probabilities, labels }, { logarithm });
    runner.release(probabilities);
    return sums;
  }
}

interface PartInputs {
  readonly x: Tensor;
  readonly labels: Tensor;
  dispose(): void;
}

function inputsOf({ count, side, voxels, labels }: TrainingBatch): PartInputs {
  const x = tensor(voxels, [count, side, side, side, 1]);
  const classes = tensor1d(Int32Array.from(labels), "int32");
  return {
    x,
    labels: classes,
    dispose() {
      x.dispose();
      classes.dispose();
    },
  };
}
