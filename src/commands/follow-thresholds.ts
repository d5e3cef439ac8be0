import { lastJob } from "../state/jobs";
import { shownParticles } from "./review-particles";
import { runLocalize } from "./run-localize";
import type { Workbench } from "./workbench";

/** A localization that took longer than this is run again only on request. */
const INSTANT_MS = 3000;
const SETTLE_MS = 300;

/**
 * Localizes again whenever a parameter of the localization changes, so that the particles and their scores follow the
 * thresholds; only where there are particles and the last run was quick. Returns how to end it.
 */
export function followThresholds(workbench: Workbench): () => void {
  const { shell, jobs } = workbench;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function isQuick(): boolean {
    const last = lastJob(jobs.getState().jobs, "localize");
    return last?.phase === "done" && last.endedAt !== null && last.endedAt - last.startedAt < INSTANT_MS;
  }

  async function localize(): Promise<void> {
    const { localize: wanted } = shell.getState().params;
    const labelsId = shownParticles(workbench)?.labelsId;
    if (!labelsId || !isQuick()) return;
    await runLocalize(workbench, labelsId);
    if (shell.getState().params.localize !== wanted) await localize();
  }

  const stop = shell.subscribe((now, before) => {
    if (now.params.localize === before.params.localize) return;
    clearTimeout(timer);
    timer = setTimeout(() => void localize(), SETTLE_MS);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}
