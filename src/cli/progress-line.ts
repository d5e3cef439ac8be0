import type { Progress } from "../core/task/task";
import type { CliIo } from "./command";

const TERMINAL_INTERVAL_MS = 100;
/** A log gets a line now and then. */
const LOG_INTERVAL_MS = 5000;
const CLEAR_LINE = "\r\x1b[K";

function duration(seconds: number): string {
  const rounded = Math.max(1, Math.round(seconds));
  return rounded < 60 ? `${rounded} s` : `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
}

/** Shows on stderr how far a task is: one line that is rewritten on a terminal, a line every few seconds elsewhere. */
export function createProgressLine(label: string, stderr: CliIo["stderr"]) {
  const started = performance.now();
  let shown = started;
  let open = false;
  return {
    update({ done, total, note }: Progress): void {
      const now = performance.now();
      if (now - shown < (stderr.isTTY ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS)) return;
      shown = now;
      const share = total > 0 ? done / total : 0;
      const left = share > 0 ? `, ${duration(((now - started) / 1000) * (1 / share - 1))} left` : "";
      const text = `${label} ${Math.floor(100 * share)} %${left} · ${note}`;
      stderr.write(stderr.isTTY ? `${CLEAR_LINE}${text}` : `${text}\n`);
      open = true;
    },
    /** Writes a line that stays, above the one that is rewritten. */
    print(text: string): void {
      stderr.write(open && stderr.isTTY ? `${CLEAR_LINE}${text}\n` : `${text}\n`);
      open = false;
    },
    /** Takes the line away and returns the seconds since the start. */
    end(): number {
      if (open && stderr.isTTY) stderr.write(CLEAR_LINE);
      return (performance.now() - started) / 1000;
    },
  };
}
