import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { FormatError } from "../core/errors";
import type { CliIo } from "./command";
import { fileProblem } from "./file-problem";
import { fileSink } from "./file-sink";

/** Returns the text of a file at a path of the user; throws "bad-value" where it cannot be read. */
export async function readTextFile(path: string, io: CliIo): Promise<string> {
  return readFile(resolve(io.cwd, path), "utf8").catch((cause) => {
    const sentence = `${path} cannot be read: ${fileProblem(cause)}.`;
    throw new FormatError("bad-value", sentence, { path }, cause);
  });
}

/** Writes a text to a path of the user, whole or not at all; throws "cannot-write" where that cannot be done. */
export function writeTextFile(path: string, text: string, io: CliIo): Promise<void> {
  return writeBinaryFile(path, new TextEncoder().encode(text), io);
}

/** Writes bytes to a path of the user as `writeTextFile` does. */
export async function writeBinaryFile(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  io: CliIo,
): Promise<void> {
  const file = await fileSink(resolve(io.cwd, path));
  try {
    await file.write(0, bytes);
    await file.close();
  } catch (error) {
    await file.discard();
    throw error;
  }
}
