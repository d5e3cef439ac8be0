import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { CliIo } from "./command";
import { writeError } from "./file-sink";

/** A folder of results that appear together. */
export interface StagedFolder {
  /** Where results are written meanwhile. */
  readonly path: string;
  /**
   * Puts them in their place: what had their names there is replaced, and what is there of the other names that results may
   * have is taken away, since it is of another run. Other files stay.
   */
  publish(allNames: readonly string[]): Promise<void>;
  /** Takes away what was not published. */
  discard(): Promise<void>;
}

/**
 * Opens a folder of the user for results: they are written to one beside it, and take their place when all are there. Throws
 * "cannot-write" where the folder cannot be made or is a file.
 */
export async function stagedFolder(given: string, io: CliIo): Promise<StagedFolder> {
  const target = resolve(io.cwd, given);
  const stats = await stat(target).catch(() => null);
  if (stats && !stats.isDirectory()) throw writeError(target, { code: "ENOTDIR" });
  // Within it where it is there, for it may be another disk.
  const parent = stats ? target : dirname(target);
  const path = await mkdtemp(join(parent, `.${basename(target)}-`)).catch((cause) => {
    throw writeError(target, cause);
  });
  return {
    path,
    async publish(allNames) {
      await mkdir(target, { recursive: true });
      const names = await readdir(path);
      for (const name of allNames) if (!names.includes(name)) await rm(join(target, name), { force: true });
      for (const name of names)
        await rename(join(path, name), join(target, name)).catch((cause) => {
          throw writeError(join(target, name), cause);
        });
      await rm(path, { recursive: true });
    },
    discard: () => rm(path, { recursive: true, force: true }),
  };
}
