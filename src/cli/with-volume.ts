import { resolve } from "node:path";
import type { FileVolume, OpenOptions } from "../io/volume/file-volume";
import { openVolume } from "../io/volume/open-volume";
import type { CliIo } from "./command";
import { fileSource } from "./file-source";

/**
 * Opens the volume at a path of the user, hands it to `use` and closes the file whatever comes of it. With `strict` the
 * first fault of its header is an error instead of a warning.
 */
export async function withVolume<Result>(
  path: string,
  io: CliIo,
  use: (volume: FileVolume) => Promise<Result>,
  { strict = false }: Pick<OpenOptions, "strict"> = {},
): Promise<Result> {
  const source = await fileSource(resolve(io.cwd, path));
  try {
    return await use(await openVolume(source, { signal: io.signal, strict }));
  } finally {
    await source.close();
  }
}
