import { FormatError } from "../../core/errors";

/** The parts of a .keras archive that say what the network is: its config.json as text, and its weights, an HDF5 file. */
interface KerasArchive {
  readonly config: string;
  readonly weights: Uint8Array;
}

const CONFIG = "config.json";

/** The name of the weights in the archive. */
export const ARCHIVED_WEIGHTS = "model.weights.h5";

/** What the first entry of a zip archive begins with: "PK", 3, 4. */
const SIGNATURE = [0x50, 0x4b, 3, 4] as const;

/** Keras does not compress what it puts in; this bounds what a file that does can ask for. */
const MAX_ENTRY_BYTES = 2 ** 28;

/** Unpacks the two parts, and lists all names. */
async function unpack(bytes: Uint8Array, fileName: string) {
  const { unzipSync } = await import("fflate");
  const names: string[] = [];
  try {
    const parts = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        names.push(name);
        return (name === CONFIG || name === ARCHIVED_WEIGHTS) && originalSize <= MAX_ENTRY_BYTES;
      },
    });
    return { parts, names };
  } catch (error) {
    const sentence = `${fileName} is a zip archive that cannot be read: it is damaged or was cut short.`;
    throw new FormatError("bad-header", sentence, {}, error);
  }
}

/**
 * Returns the parts of a model that lies in memory as Keras saves it (.keras: a zip archive; keras/src/saving/saving_lib.py).
 * Throws "not-this-format" where it is no such archive, "bad-header" where it is damaged.
 */
export async function readKerasArchive(bytes: Uint8Array, fileName: string): Promise<KerasArchive> {
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
    const sentence = `${fileName} is no model of Keras: it is neither a zip archive nor an HDF5 file.`;
    throw new FormatError("not-this-format", sentence, {});
  }
  const { parts, names } = await unpack(bytes, fileName);
  const { [CONFIG]: config, [ARCHIVED_WEIGHTS]: weights } = parts;
  if (!config || !weights) {
    const held = names.slice(0, 3).join(", ") || "nothing";
    const sentence = `${fileName} is no model of Keras: an archive of ${CONFIG} and ${ARCHIVED_WEIGHTS} was expected; it holds ${held}.`;
    throw new FormatError("not-this-format", sentence, { names });
  }
  return { config: new TextDecoder().decode(config), weights };
}
