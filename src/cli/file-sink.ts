import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { FormatError } from "../core/errors";
import type { ByteSink } from "../io/source/byte-sink";
import { fileProblem } from "./file-problem";

/** Returns the error of a file that cannot be written; its sentence says why. */
export function writeError(path: string, cause: unknown): FormatError {
  const noFolder = (cause as NodeJS.ErrnoException).code === "ENOENT";
  const sentence = `${path} cannot be written: ${noFolder ? "there is no such folder" : fileProblem(cause)}.`;
  return new FormatError("cannot-write", sentence, { path }, cause);
}

/** A file that can take another name than it was opened for. */
export interface FileSink extends ByteSink {
  /** Cuts the file, or makes it longer by zeros. */
  resize(bytes: number): Promise<void>;
  /** As `close`, under another name. */
  closeAs(path: string): Promise<void>;
}

/**
 * Opens a file for writing. Bytes go to a file of another name beside it, which takes the name at `close`: a run that fails
 * leaves nothing half-written, and what had the name before stays until then. A link stays a link; what is no file (/dev/null)
 * is written to as it is.
 */
export async function fileSink(path: string): Promise<FileSink> {
  const target = await realpath(path).catch(() => path);
  const inPlace = await stat(target).then(
    (stats) => !stats.isFile(),
    () => false,
  );
  const unfinished = inPlace ? target : `${target}.${process.pid}.part`;
  const handle = await open(unfinished, "w").catch((cause) => {
    throw writeError(path, cause);
  });
  const closeAs = async (name: string) => {
    await handle.close();
    if (inPlace) return;
    await rename(unfinished, name).catch((cause) => {
      throw writeError(name, cause);
    });
  };
  return {
    async write(offset, bytes) {
      let written = 0;
      while (written < bytes.length) {
        const left = bytes.length - written;
        const result = await handle.write(bytes, written, left, offset + written).catch((cause) => {
          throw writeError(path, cause);
        });
        written += result.bytesWritten;
      }
    },
    async resize(bytes) {
      if (!inPlace) await handle.truncate(bytes);
    },
    close: () => closeAs(target),
    closeAs,
    async discard() {
      await handle.close().catch(() => {});
      if (!inPlace) await rm(unfinished, { force: true });
    },
  };
}
