import { lastJob } from "../state/jobs";
import { shownParticles } from "./review-particles";
import { FOLLOWING, runLocalize } from "./run-localize";
import type { Workbench } from "./workbench";

/** A localization that took longer than this is run again only on request. */
const INSTANT_MS = 3000;

/**
 * Localizes again whenever a parameter of the localization changes, so that the particles and their scores follow the
 * thresholds; only where there are particles and the last run was quick. One run at a time: changes that come while it is
 * on its way are taken together. Returns how to end it.
 */
export function followThresholds(workbench: Workbench): () => void {
  const { shell, jobs } = workbench;
  let isLocalizing = false;

  function isQuick(operation: string): boolean {
    const last = lastJob(jobs.getState().jobs, operation);
    return !last || (last.endedAt !== null && last.endedAt - last.startedAt < INSTANT_MS);
  }

  async function follow(): Promise<void> {
    const { localize: wanted } = shell.getState().params;
    const labelsId = shownParticles(workbench)?.labelsId;
    if (isLocalizing || !labelsId || !isQuick("localize") || !isQuick(FOLLOWING.operation)) return;
    isLocalizing = true;
    await runLocalize(workbench, labelsId, FOLLOWING).finally(() => {
      isLocalizing = false;
    });
    if (shell.getState().params.localize !== wanted) await follow();
  }

  return shell.subscribe((now, before) => {
    if (now.params.localize !== before.params.localize) void follow();
  });
}
