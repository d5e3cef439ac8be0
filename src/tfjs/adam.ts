import { AdamOptimizer, scalar, type Tensor, tensor1d, tidy, type Variable } from "@tensorflow/tfjs-core";

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** What tfjs's optimizer keeps to itself, and a rate that changes and a resume to the same numbers need. */
interface AdamInternals {
  learningRate: number;
  /** β₁ and β₂ to the power of the step to come. */
  readonly accBeta1: Variable;
  readonly accBeta2: Variable;
  accumulatedFirstMoment: OptimizerVariable[];
  accumulatedSecondMoment: OptimizerVariable[];
}

interface OptimizerVariable {
  readonly originalName: string;
  readonly variable: Variable;
}

interface FlatAdamState {
  readonly steps: number;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** The optimizer's variables as they were at one time. */
interface Snapshot {
  /** Puts them back. */
  restore(): void;
  dispose(): void;
}

/** tfjs's Adam for weights that lie in one tensor: one update instead of one for each of the network's thirty. */
export class FlatAdam {
  readonly weights: Variable;
  readonly #optimizer = new AdamOptimizer(0, BETA_1, BETA_2, EPSILON);
  readonly #internals = this.#optimizer as unknown as AdamInternals;
  readonly #first: Variable;
  readonly #second: Variable;
  #steps: number;

  /** Starts with these weights, and with moments of 0 where there is no state. */
  constructor(weights: Float32Array, state: FlatAdamState | null) {
    const none = new Float32Array(weights.length);
    this.weights = variableOf(weights);
    this.#first = variableOf(state?.first ?? none);
    this.#second = variableOf(state?.second ?? none);
    this.#steps = state?.steps ?? 0;
    this.#internals.accumulatedFirstMoment = [{ originalName: "first", variable: this.#first }];
    this.#internals.accumulatedSecondMoment = [{ originalName: "second", variable: this.#second }];
  }

  /** Goes a step along the gradient, which is as long as the weights. */
  step(gradient: Tensor, learningRate: number): void {
    this.#internals.learningRate = learningRate;
    // tfjs multiplies them on and on, and would round otherwise after a resume.
    tidy(() => {
      this.#internals.accBeta1.assign(scalar(BETA_1 ** (this.#steps + 1)));
      this.#internals.accBeta2.assign(scalar(BETA_2 ** (this.#steps + 1)));
    });
    this.#optimizer.applyGradients([{ name: this.weights.name, tensor: gradient }]);
    this.#steps++;
  }

  snapshot(): Snapshot {
    const variables = [this.weights, this.#first, this.#second];
    const steps = this.#steps;
    const copies = variables.map((variable) => variable.clone());
    return {
      restore: () => {
        for (const [index, variable] of variables.entries()) variable.assign(copies[index]);
        this.#steps = steps;
      },
      dispose() {
        for (const copy of copies) copy.dispose();
      },
    };
  }

  async read(): Promise<FlatAdamState> {
    const [first, second] = [this.#first, this.#second].map((variable) => variable.data<"float32">());
    return { steps: this.#steps, first: await first, second: await second };
  }

  dispose(): void {
    this.weights.dispose();
    this.#optimizer.dispose();
  }
}

const variableOf = (values: Float32Array) => tidy(() => tensor1d(values.slice()).variable(false));
