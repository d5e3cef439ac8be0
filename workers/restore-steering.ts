import type { RestoreChange } from "../src/contracts/compute";
import { type MwrControl, UNTOUCHED } from "../src/core/restore/mwr-control";

/** What is asked of a job by now; a change reaches it at its next step. */
export interface RestoreControl {
  read(): MwrControl;
  /** Resolves at the next change or wake-up. */
  changed(): Promise<void>;
  change(change: RestoreChange): void;
  /** Lets what waits for a change look again: its job was cancelled. */
  wake(): void;
}

/** Returns the control of a job that nobody has touched yet. */
export function createRestoreControl(): RestoreControl {
  let control = UNTOUCHED;
  let waiting: (() => void)[] = [];
  const wake = () => {
    const woken = waiting;
    waiting = [];
    for (const each of woken) each();
  };
  return {
    read: () => control,
    changed: () => new Promise((resolve) => waiting.push(resolve)),
    change(change) {
      control = { ...control, ...change };
      wake();
    },
    wake,
  };
}
