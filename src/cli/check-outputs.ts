import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type CliIo, UsageError } from "./command";
import { writeError } from "./file-sink";

/** What tells files apart whatever their names: links and the like lead to the same one. */
async function identity(path: string): Promise<string | null> {
  const stats = await stat(path, { bigint: true }).catch(() => null);
  return stats && `${stats.dev}:${stats.ino}`;
}

/**
 * Checks before a long computation that its results can be kept. `outputs` are the paths of results with the flags that named
 * them, undefined where not wanted; `inputs` are the files that are read. Throws UsageError where a result would
 * replace an input or another result, or has the name of a compressed file, and "cannot-write" for a folder that is not there or must not be written to.
 */
export async function checkOutputs(
  outputs: readonly (readonly [flag: string, path: string | undefined])[],
  inputs: readonly (string | undefined)[],
  io: CliIo,
): Promise<void> {
  const read = new Map<string | null, string>();
  for (const input of inputs)
    if (input !== undefined) read.set(await identity(resolve(io.cwd, input)), input);
  const taken = new Map<string, string>();
  for (const [flag, given] of outputs) {
    if (given === undefined) continue;
    const [compression] = /\.(gz|bz2)$/i.exec(given) ?? [];
    if (compression)
      throw new UsageError(
        `${flag} ${given} ends with ${compression}, but results are written uncompressed.`,
      );
    const path = resolve(io.cwd, given);
    const stats = await stat(path).catch(() => null);
    const other = taken.get(path);
    if (other && (stats === null || stats.isFile()))
      throw new UsageError(`${other} and ${flag} name the same file ${given}.`);
    taken.set(path, flag);

    const input = stats && read.get(await identity(path));
    if (input) throw new UsageError(`${flag} ${given} would replace the input ${input}: give another name.`);
    if (stats?.isDirectory()) throw writeError(path, { code: "EISDIR" });
    await access(dirname(path), constants.W_OK).catch((cause) => {
      throw writeError(path, cause);
    });
  }
}
