import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ComputeError } from "../core/errors";
import type { FileVolume } from "../io/volume/file-volume";
import { type CliIo, StoppedError } from "./command";
import { withVolume } from "./with-volume";

/** Returns the name under which a result waits to be gone on with. */
export const unfinishedName = (path: string) => `${path}.part`;

const NOTE = /^Tomoscope: (\d+) sections are finished, job ([0-9a-f]+)$/;

/** Returns a short name of a job: what is computed from what. Equal parts give equal names. */
export function jobName(...parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** Returns how a command keeps what a cancelled run has finished, so that `--continue` can go on from it. */
export function keepUnfinished(job: string, out: string) {
  return {
    nameOf: unfinishedName,
    noteOf: (sections: number) => `Tomoscope: ${sections} sections are finished, job ${job}`,
    errorOf: (sections: number) =>
      new StoppedError(
        `Cancelled: ${unfinishedName(out)} has the ${sections} sections that were finished; --continue goes on from there.`,
      ),
  };
}

/** A result that was not finished: its volume, and how many sections of it are. */
export interface Unfinished {
  readonly sections: number;
  readonly volumes: readonly FileVolume[];
}

/**
 * Opens what a cancelled run of the same job left of all the results named, and hands it to `use`: null where nothing is
 * there. Throws "bad-input" where another job left it.
 */
export function withUnfinished<Result>(
  paths: readonly string[],
  job: string,
  io: CliIo,
  use: (unfinished: Unfinished | null) => Promise<Result>,
): Promise<Result> {
  if (!paths.every((path) => existsSync(resolve(io.cwd, unfinishedName(path))))) return use(null);
  const open = (opened: readonly FileVolume[]): Promise<Result> => {
    const path = paths[opened.length];
    if (path !== undefined)
      return withVolume(unfinishedName(path), io, (volume) => open([...opened, volume]));
    const sections = opened.map((volume, i) => finishedSections(volume, job, unfinishedName(paths[i])));
    return use({ sections: Math.min(...sections), volumes: opened });
  };
  return open([]);
}

function finishedSections({ header }: FileVolume, job: string, path: string): number {
  const labels = Array.isArray(header.labels) ? header.labels : [];
  const [, sections, ofJob] = labels.map((label) => NOTE.exec(label)).find((match) => match) ?? [];
  if (ofJob === job) return Number(sections);
  const sentence = `${path} was left by another run, with other data, another model or other parameters: take it away to begin anew.`;
  throw new ComputeError("bad-input", sentence, { path });
}
