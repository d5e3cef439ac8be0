import { checkNetworkWeights } from "../core/nn/check-weights";
import type { Weights } from "../core/nn/model";
import type {
  AdamState,
  BatchResult,
  NetworkTrainer,
  TrainerSpec,
  TrainingBatch,
} from "../core/train/trainer";
import { FlatAdam } from "./adam";
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
  const flat = (weights: Weights) => flatten(layout, weights);
  session.activate();
  const adam = new FlatAdam(
    flat(spec.weights),
    spec.adam && {
      steps: spec.adam.steps,
      first: flat(spec.adam.first),
      second: flat(spec.adam.second),
    },
  );

  /** Looks at a batch, and at what the device says of it. */
  async function look<Result>(
    batch: TrainingBatch,
    breathe: () => Promise<void>,
    work: (pass: TrainingPass) => Promise<Result>,
  ): Promise<Result> {
    const pass = new TrainingPass(passSpec, adam.weights, batch, breathe);
    try {
      return await session.guard("training", () => work(pass));
    } finally {
      pass.dispose();
    }
  }

  return {
    async step(batch, learningRate, breathe) {
      session.activate();
      const before = adam.snapshot();
      try {
        return await look(batch, breathe, async (pass): Promise<BatchResult> => {
          const gradient = await pass.gradient();
          session.activate();
          adam.step(gradient, learningRate);
          gradient.dispose();
          return pass.result();
        });
      } catch (error) {
        session.activate();
        before.restore();
        throw error;
      } finally {
        before.dispose();
      }
    },

    measure: (batch, breathe) => look(batch, breathe, (pass) => pass.result()),

    async weights() {
      return unflatten(layout, await adam.weights.data<"float32">());
    },

    async adam(): Promise<AdamState> {
      const { steps, first, second } = await adam.read();
      return { steps, first: unflatten(layout, first), second: unflatten(layout, second) };
    },

    dispose() {
      adam.dispose();
      session.dispose();
    },
  };
}
