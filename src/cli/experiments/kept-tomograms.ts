import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { ComputeError } from "../../core/errors";
import type { TomogramScore } from "../../core/experiments/localization-experiment";
import { parseJson } from "../../io/json/parse-json";
import { classScore } from "../../io/scores/class-score";
import type { CliIo } from "../command";
import { readTextFile, writeTextFile } from "../text-files";

/** What scores depend on, by what people call it: equal texts give equal scores. */
export type LocalizationJob = Readonly<Record<string, string>>;

const KEPT = z.object({
  job: z.record(z.string(), z.string()),
  finished: z.array(
    z.object({
      seed: z.number(),
      snr: z.number(),
      tiltDeg: z.number(),
      measuredSnr: z.number(),
      classes: z.record(z.string(), classScore),
    }),
  ),
});

/** The scores of a run that is on its way, in a file of the user. */
interface KeptTomograms {
  /** Returns those that a run of the same job left; none where there is no file. Throws "bad-input" where another job left it. */
  read(): Promise<readonly TomogramScore[]>;
  /** Replaces the file whole, and makes its folder where there is none. */
  save(finished: readonly TomogramScore[]): Promise<void>;
}

/** Returns what keeps the scores of a job in the file at `path`. */
export function keepTomograms(path: string, job: LocalizationJob, io: CliIo): KeptTomograms {
  const target = resolve(io.cwd, path);
  return {
    async read() {
      if (!existsSync(target)) return [];
      const kept = parseJson(await readTextFile(path, io), KEPT, `list of finished tomograms (${path})`);
      const names = new Set([...Object.keys(job), ...Object.keys(kept.job)]);
      const differing = [...names].filter((name) => kept.job[name] !== job[name]);
      if (differing.length === 0) return kept.finished;
      const sentence = `${path} was left by a run that differs in ${differing.join(", ")}: take it away to begin anew.`;
      throw new ComputeError("bad-input", sentence, { path, differing });
    },
    async save(finished) {
      await mkdir(dirname(target), { recursive: true });
      await writeTextFile(path, `${JSON.stringify({ job, finished }, null, 1)}\n`, io);
    },
  };
}
