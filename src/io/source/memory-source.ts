import { type ByteSource, checkRange } from "./byte-source";

/** Returns a source over bytes that are already in memory. */
export function memorySource(bytes: Uint8Array, name: string): ByteSource {
  const size = bytes.length;
  return {
    name,
    size,
    async read(offset, length) {
      checkRange({ name, size }, offset, length);
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
  };
}
