import { shownParticles } from "./review-particles";
import { FOLLOWING, runLocalize } from "./run-localize";
import type { Workbench } from "./workbench";

/** A localization that took longer than this is run again only on request. */
const INSTANT_SECONDS = 3;

/**
 * Localizes again whenever a parameter of the localization changes, so that the particles and their scores follow the
 * thresholds; only where there are particles and the last run was quick. One run at a time: changes that come while it is
 * on its way are taken together. Returns how to end it.
 */
export function followThresholds(workbench: Workbench): () => void {
  const { shell } = workbench;
  let isLocalizing = false;

  async function follow(): Promise<void> {
    const { localize: wanted } = shell.getState().params;
    const shown = shownParticles(workbench);
    // Of the work itself: what it waited for other operations does not count.
    const seconds = shown?.provenance?.seconds ?? 0;
    if (isLocalizing || !shown?.labelsId || seconds > INSTANT_SECONDS) return;
    isLocalizing = true;
    await runLocalize(workbench, shown.labelsId, FOLLOWING).finally(() => {
      isLocalizing = false;
    });
    if (shell.getState().params.localize !== wanted) await follow();
  }

  return shell.subscribe((now, before) => {
    if (now.params.localize !== before.params.localize) void follow();
  });
}
