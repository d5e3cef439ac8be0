import type { File as Hdf5File } from "h5wasm";
import { FormatError } from "../../core/errors";

/** The first bytes of every HDF5 file that has no user block before it. */
const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] as const;

/** The names of the files in the library's own file system; nothing else lives there. */
let opened = 0;

/** The HDF5 library as WebAssembly: 4 MB, so it is loaded by the first file that needs it. */
async function loadLibrary() {
  const library = await import("h5wasm");
  const { activate_throwing_error_handler: throwErrors } = await library.ready;
  throwErrors(); // else they are printed, and unreadable values come back as null
  return { File: library.File, files: library.FS as FileSystem };
}

interface FileSystem {
  writeFile(path: string, bytes: Uint8Array): void;
  readFile(path: string): Uint8Array<ArrayBuffer>;
  unlink(path: string): void;
}

/** Tells by its first bytes whether a file is one of HDF5. */
export const isHdf5 = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte);

/**
 * Returns what `read` makes of an HDF5 file that lies in memory. Throws "not-this-format" where it is none, and "bad-header"
 * where HDF5 cannot read it (cut short, damaged); errors of ours pass through.
 */
export async function readHdf5<Result>(
  bytes: Uint8Array,
  name: string,
  read: (file: Hdf5File) => Result,
): Promise<Result> {
  if (!isHdf5(bytes)) throw new FormatError("not-this-format", `${name} is no HDF5 file.`, {});
  const { File, files } = await loadLibrary();
  const path = `read-${++opened}`;
  files.writeFile(path, bytes);
  let file: Hdf5File | undefined;
  try {
    file = new File(path, "r");
    return read(file);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const sentence = `${name} is an HDF5 file that cannot be read: it is damaged or was cut short.`;
    throw new FormatError("bad-header", sentence, {}, error);
  } finally {
    file?.close();
    files.unlink(path);
  }
}

/** Returns the bytes of an HDF5 file that `write` fills. */
export async function writeHdf5(write: (file: Hdf5File) => void): Promise<Uint8Array<ArrayBuffer>> {
  const { File, files } = await loadLibrary();
  const path = `write-${++opened}`;
  const file = new File(path, "w");
  try {
    try {
      write(file);
    } finally {
      file.close();
    }
    return files.readFile(path);
  } finally {
    files.unlink(path);
  }
}
