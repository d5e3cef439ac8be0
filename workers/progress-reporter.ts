import { releaseProxy } from "comlink";
import type { ProgressListener } from "../src/contracts/task";
import type { Progress } from "../src/core/task/task";

/** Reports without a preview are sent this far apart. */
const INTERVAL_MS = 100;
const LONGEST_REST_MS = 200;

interface ProgressReporter {
  report(progress: Progress): void;
  /** Whether the page has dealt with what it was sent, and has had as long for itself since. */
  isPageReady(): boolean;
  /** Sends what waits and resolves once the page has it: the answer comes by another port and must not overtake it. */
  finish(): Promise<void>;
}

/**
 * Returns a reporter that sends at most ten plain reports a second to the page, the latest of each interval, and every report
 * with a preview, since previews may add to each other.
 */
export function createProgressReporter(listener: ProgressListener): ProgressReporter {
  // Across threads the listener is a proxy, and its call answers once the page has run it.
  const send = listener as ((progress: Progress) => void | Promise<void>) & { [releaseProxy]?: () => void };
  let waiting: Progress | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastSent = Number.NEGATIVE_INFINITY;
  let acknowledged: void | Promise<void>;
  let onTheirWay = 0;
  let readyAt = Number.NEGATIVE_INFINITY;

  const sendNow = (progress: Progress) => {
    clearTimeout(timer);
    timer = undefined;
    waiting = null;
    lastSent = performance.now();
    acknowledged = send(progress);
    const sentAt = lastSent;
    onTheirWay++;
    const arrived = () => {
      const now = performance.now();
      onTheirWay--;
      readyAt = now + Math.min(LONGEST_REST_MS, now - sentAt);
    };
    Promise.resolve(acknowledged).then(arrived, arrived);
  };

  return {
    report(progress) {
      const rest = lastSent + INTERVAL_MS - performance.now();
      if (progress.preview !== undefined || rest <= 0) return sendNow(progress);
      waiting = progress;
      timer ??= setTimeout(() => waiting && sendNow(waiting), rest);
    },
    isPageReady: () => onTheirWay === 0 && performance.now() >= readyAt,
    async finish() {
      clearTimeout(timer);
      if (waiting) sendNow(waiting);
      await acknowledged;
      send[releaseProxy]?.();
    },
  };
}
