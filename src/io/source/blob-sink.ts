import type { ByteSink } from "./byte-sink";

/** Bytes wait here until there are so many, then they go into a Blob, which the browser may keep on disk. */
const PART_BYTES = 8 * 2 ** 20;

/** Returns a sink whose file is a Blob. */
export function createBlobSink(): ByteSink & { blob(): Blob } {
  let parts: Blob[] = [];
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let waitingBytes = 0;
  let size = 0;

  const flush = () => {
    if (waitingBytes > 0) parts.push(new Blob(waiting));
    waiting = [];
    waitingBytes = 0;
  };
  const append = (bytes: Uint8Array<ArrayBuffer>) => {
    // A large array goes straight into a Blob; a small one is copied, since its owner may use it again.
    waiting.push(bytes.length < PART_BYTES ? new Uint8Array(bytes) : bytes);
    waitingBytes += bytes.length;
    size += bytes.length;
    if (waitingBytes >= PART_BYTES) flush();
  };
  const blob = () => {
    flush();
    return new Blob(parts);
  };

  return {
    blob,
    async write(offset, bytes) {
      if (offset > size) append(new Uint8Array(offset - size));
      if (offset === size) return append(bytes);
      const written = blob();
      parts = [written.slice(0, offset), new Blob([bytes]), written.slice(offset + bytes.length)];
      size = Math.max(size, offset + bytes.length);
    },
    async close() {
      flush();
    },
    async discard() {
      parts = [];
      waiting = [];
      waitingBytes = 0;
      size = 0;
    },
  };
}
