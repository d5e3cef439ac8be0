import { FormatError } from "../../core/errors";
import { type ByteSource, checkRange } from "./byte-source";

/** Returns a source that reads ranges of a File or Blob; the file stays where it is. */
export function blobSource(blob: Blob, name: string): ByteSource {
  const size = blob.size;
  return {
    name,
    size,
    async read(offset, length) {
      checkRange({ name, size }, offset, length);
      try {
        return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      } catch (cause) {
        const sentence = `${name} can no longer be read: it was moved or changed after it was opened.`;
        throw new FormatError("truncated", sentence, { offset, length }, cause);
      }
    },
  };
}
