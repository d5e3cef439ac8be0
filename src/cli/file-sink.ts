import { open, rename, rm } from "node:fs/promises";
import { FormatError } from "../core/errors";
import type { ByteSink } from "../io/source/byte-sink";

const writeError = (path: string, cause: unknown) => {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new FormatError("cannot-write", `${path} cannot be written: ${why}.`, { path }, cause);
};

/**
 * Opens a file for writing. Bytes go to a file of another name beside it, which takes the name at `close`: a run that fails
 * leaves nothing half-written, and what had the name before stays until then.
 */
export async function fileSink(path: string): Promise<ByteSink> {
  const unfinished = `${path}.${process.pid}.part`;
  const handle = await open(unfinished, "w").catch((cause) => {
    throw writeError(path, cause);
  });
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
    async close() {
      await handle.close();
      await rename(unfinished, path).catch((cause) => {
        throw writeError(path, cause);
      });
    },
    async discard() {
      await handle.close().catch(() => {});
      await rm(unfinished, { force: true });
    },
  };
}
