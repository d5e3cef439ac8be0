import type { Job } from "../state/jobs";
import type { Workbench } from "./workbench";

/** What took less is soon computed again: leaving it is worth no question. */
const WORTH_ASKING_MS = 10_000;

/** Operations that leave nothing to save. */
const LEAVES_NOTHING = ["read", "image"];

/**
 * Returns whether closing the page would lose work: something that computes, results since the last file was saved that took
 * more than ten seconds in all, or particles removed or grouped since then.
 */
export function hasUnsavedWork({ jobs, history, document, savedAt }: Workbench): boolean {
  const computed = jobs.getState().jobs.filter(({ operation }) => !LEAVES_NOTHING.includes(operation));
  if (computed.some(({ phase }) => phase === "running")) return true;
  const since = computed.filter(({ phase, endedAt }) => phase !== "failed" && (endedAt ?? 0) > savedAt);
  if (since.reduce((sum, job) => sum + millisecondsOf(job), 0) > WORTH_ASKING_MS) return true;
  const { particles } = document.getState();
  return history.getState().past.some((step) => step.at > savedAt && step.particles !== particles);
}

const millisecondsOf = ({ startedAt, endedAt }: Job) => (endedAt ?? startedAt) - startedAt;
