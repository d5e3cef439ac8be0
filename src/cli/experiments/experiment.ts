import type { CliIo, FlagTable, ParsedArgs } from "../command";

/** An experiment of the thesis that the command line repeats. */
export interface Experiment {
  /** What it is called on the command line. */
  readonly name: string;
  /** What it shows, without a full stop: "F1 of each class against the noise". */
  readonly summary: string;
  /** Beside those that all experiments have: --out, --backend, --threads and --json. */
  readonly flags: FlagTable;
  run(args: ParsedArgs, io: CliIo): Promise<void>;
}
