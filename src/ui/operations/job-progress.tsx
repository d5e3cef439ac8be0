import { Progress } from "radix-ui";
import { useEffect, useState } from "react";
import { type Job, secondsLeft } from "../../state/jobs";
import { formatDuration } from "../format-quantity";

/** Returns the present time in milliseconds, anew each second. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Returns "62 %, 14 s left", as far as it is known. */
function progressText(job: Job, now: number): string {
  if (job.total <= 0) return job.note || "starting";
  const left = secondsLeft(job, now);
  const percent = `${Math.floor((100 * job.done) / job.total)} %`;
  if (job.paused) return `${percent}, paused`;
  return left === null ? percent : `${percent}, ${formatDuration(left)} left`;
}

/** A bar with how far a job is, what it is at, and how long it will take. */
export function JobProgress({ job, compact = false }: { readonly job: Job; readonly compact?: boolean }) {
  const now = useNow();
  const percent = job.total > 0 ? Math.min(100, (100 * job.done) / job.total) : null;
  return (
    <div className={compact ? "progress compact" : "progress"}>
      <Progress.Root className="progress-bar" value={percent} aria-label={`Progress of ${job.doing}`}>
        <Progress.Indicator className="progress-fill" style={{ width: `${percent ?? 0}%` }} />
      </Progress.Root>
      <span className="progress-text">
        {compact ? `${job.doing} ` : ""}
        {progressText(job, now)}
      </span>
      {!compact && job.note && <span className="hint">{job.note}</span>}
    </div>
  );
}
