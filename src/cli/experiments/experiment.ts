import { AbortError } from "../../core/errors";
import type { Progress } from "../../core/task/task";
import type { CliIo, FlagTable, ParsedArgs } from "../command";

/** An experiment of the thesis that the command line repeats. */
export interface Experiment {
  /** What it is called on the command line. */
  readonly name: string;
  /** What it shows, without a full stop: "F1 of each class against the noise". */
  readonly summary: string;
  /** What may be named after it to run one part of it alone; none where absent. */
  readonly parts?: readonly string[];
  /** Beside those that all experiments have: --out, --backend, --threads and --json. */
  readonly flags: FlagTable;
  run(args: ParsedArgs, io: CliIo): Promise<void>;
}

/** Returns what an experiment may use of its surroundings. */
export function contextOf(io: CliIo, onProgress: (progress: Progress<never>) => void) {
  return {
    signal: io.signal,
    onProgress,
    async breathe() {
      await new Promise((resume) => setImmediate(resume));
      if (io.signal.aborted) throw new AbortError();
    },
  };
}
