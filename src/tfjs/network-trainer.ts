import { tensor1d } from "@tensorflow/tfjs-core";
import { checkNetworkWeights } from "../core/nn/check-weights";
import type { Weights } from "../core/nn/model";
import type { AdamState, NetworkTrainer, TrainerSpec, TrainingBatch } from "../core/train/trainer";
import { type AdamTensors, adamStep, disposeAdam } from "./adam";
import { flatten, layoutOf, unflatten } from "./flat-weights";
import { createLoss } from "./losses";
import type { TfjsSession } from "./tfjs-session";
import { TrainingPass } from "./training-pass";

/**
 * Returns a trainer that runs on a session of tfjs, which is the trainer's from then on. It pauses between kernels; one on
 * the CPU may take a second where cubes are of 56³. Throws ComputeError "bad-input" if the weights do not fit.
 */
export function createNetworkTrainer(session: TfjsSession, spec: TrainerSpec): NetworkTrainer {
  try {
    return startTrainer(session, spec);
  } catch (error) {
    session.dispose();
    throw error;
  }
}

function startTrainer(session: TfjsSession, spec: TrainerSpec): NetworkTrainer {
  const { classCount, microBatch } = spec;
  for (const weights of [spec.weights, spec.adam?.first, spec.adam?.second])
    if (weights) checkNetworkWeights(weights, classCount, "training");
  const layout = layoutOf(classCount);
  const passSpec = { session, layout, classCount, loss: createLoss(spec, classCount), microBatch };
  session.activate();
  const tensorOf = (weights: Weights | undefined) => tensor1d(flatten(layout, weights ?? new Map()));
  let state: AdamTensors = {
    steps: spec.adam?.steps ?? 0,
    weights: tensorOf(spec.weights),
    first: tensorOf(spec.adam?.first),
    second: tensorOf(spec.adam?.second),
  };

  /** Looks at a batch, and at what the device says of it. */
  async function look<Result>(
    batch: TrainingBatch,
    breathe: () => Promise<void>,
    work: (pass: TrainingPass) => Promise<Result>,
  ): Promise<Result> {
    const pass = new TrainingPass(passSpec, state.weights, batch, breathe);
    try {
      return await session.guard("training", () => work(pass));
    } finally {
      pass.dispose();
    }
  }

  return {
    async step(batch, learningRate, breathe) {
      let next: AdamTensors | null = null;
      const taken = await look(batch, breathe, async (pass) => {
        const gradient = await pass.gradient();
        session.activate();
        next = adamStep(state, gradient, learningRate);
        gradient.dispose();
        return { next, result: await pass.result() };
      }).catch((error: unknown) => {
        if (next) disposeAdam(next);
        throw error;
      });
      disposeAdam(state);
      state = taken.next;
      return taken.result;
    },

    measure: (batch, breathe) => look(batch, breathe, (pass) => pass.result()),

    async weights() {
      return unflatten(layout, await state.weights.data<"float32">());
    },

    async adam(): Promise<AdamState> {
      const { steps, first, second } = state;
      const [ofFirst, ofSecond] = [await first.data<"float32">(), await second.data<"float32">()];
      return { steps, first: unflatten(layout, ofFirst), second: unflatten(layout, ofSecond) };
    },

    dispose() {
      disposeAdam(state);
      session.dispose();
    },
  };
}
