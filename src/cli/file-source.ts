import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { FormatError } from "../core/errors";
import { type ByteSource, checkRange } from "../io/source/byte-source";
import { fileProblem } from "./file-problem";

const openError = (path: string, cause: unknown) => {
  return new FormatError("bad-value", `${path} cannot be opened: ${fileProblem(cause)}.`, { path }, cause);
};

async function openFile(path: string): Promise<{ handle: FileHandle; size: number }> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "r");
    const stats = await handle.stat();
    if (!stats.isDirectory()) return { handle, size: stats.size };
  } catch (cause) {
    await handle?.close();
    throw openError(path, cause);
  }
  await handle.close();
  throw openError(path, { code: "EISDIR" });
}

/** Opens a file for reading by ranges; `close` gives its descriptor back. Throws "bad-value" where it cannot be opened. */
export async function fileSource(path: string): Promise<ByteSource & { close(): Promise<void> }> {
  const { handle, size } = await openFile(path);
  const name = basename(path);
  return {
    name,
    size,
    async read(offset, length) {
      checkRange({ name, size }, offset, length);
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
        // The file became shorter after it was opened.
        if (bytesRead === 0) checkRange({ name, size: offset + filled }, offset, length);
        filled += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}
