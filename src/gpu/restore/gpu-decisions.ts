import type { MwrDecisionState, MwrOutcome } from "../../core/restore/mwr-kernels";
import { BufferSet } from "../buffer-set";
import { withErrorScopes } from "../error-scopes";
import { flushNow } from "../immediate-queue";
import { readBytes } from "../read-floats";
import { writeFloats } from "../write-floats";
import { MOST_OUTCOMES, OUTCOMES_START } from "./voxel-kernels";

/** What is decided on the GPU, and how it is read. Reading throws ComputeError "backend-failed" where the device was lost. */
export interface GpuDecisions {
  /** As `State` of the kernels. */
  readonly state: GPUBuffer;
  /** Returns the slot of the next outcome; waits for the GPU once in MOST_OUTCOMES, to make room. */
  nextSlot(): Promise<number>;
  /** Returns the outcomes since the last call, oldest first. */
  takeOutcomes(): Promise<readonly MwrOutcome[]>;
  read(): Promise<MwrDecisionState>;
  load(state: MwrDecisionState): void;
  dispose(): void;
}

export async function createGpuDecisions(device: GPUDevice): Promise<GpuDecisions> {
  const held = new BufferSet(device);
  const [state] = await held.take([OUTCOMES_START + 8 * MOST_OUTCOMES]);
  /** Read already, and how many the state holds. */
  let outcomes: MwrOutcome[] = [];
  let unread = 0;

  const readState = (bytes: number) =>
    withErrorScopes(device, "reading what was decided", () => readBytes(device, state, bytes));
  const readOutcomes = async () => {
    if (unread === 0) return;
    const words = new Float32Array(await readState(OUTCOMES_START + 8 * unread));
    for (let i = OUTCOMES_START / 4; i < words.length; i += 2)
      outcomes.push({ energy: words[i], accepted: words[i + 1] === 1 });
    unread = 0;
  };
  const load = ({ energy, run, longestRun }: MwrDecisionState) => {
    const words = new ArrayBuffer(12);
    new Float32Array(words)[0] = energy;
    new Uint32Array(words).set([run, longestRun], 1);
    flushNow(device);
    writeFloats(device, state, new Float32Array(words));
    outcomes = [];
    unread = 0;
  };
  load({ energy: Number.POSITIVE_INFINITY, run: 0, longestRun: 0 });

  return {
    state,
    load,
    async nextSlot() {
      if (unread === MOST_OUTCOMES) await readOutcomes();
      return unread++;
    },
    async takeOutcomes() {
      await readOutcomes();
      const taken = outcomes;
      outcomes = [];
      return taken;
    },
    async read() {
      const bytes = await readState(12);
      const [energy] = new Float32Array(bytes);
      const [, run, longestRun] = new Uint32Array(bytes);
      return { energy, run, longestRun };
    },
    dispose: () => held.free(),
  };
}
