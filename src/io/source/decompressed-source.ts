import { AbortError, FormatError } from "../../core/errors";
import { createBlobSink } from "./blob-sink";
import { blobSource } from "./blob-source";
import { isBzip2, readBzip2 } from "./bunzip2";
import type { ByteSource } from "./byte-source";

const CHUNK_BYTES = 4 * 2 ** 20;

/** A stream of a source's bytes, read as they are asked for. */
function streamOf(source: ByteSource, signal?: AbortSignal): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0;
  return new ReadableStream({
    async pull(controller) {
      if (signal?.aborted) throw new AbortError();
      if (offset >= source.size) return controller.close();
      const bytes = await source.read(offset, Math.min(CHUNK_BYTES, source.size - offset));
      offset += bytes.length;
      controller.enqueue(bytes);
    },
  });
}

async function collect(chunks: AsyncIterable<Uint8Array<ArrayBuffer>>, name: string): Promise<ByteSource> {
  const sink = createBlobSink();
  let size = 0;
  for await (const chunk of chunks) {
    await sink.write(size, chunk);
    size += chunk.length;
  }
  return blobSource(sink.blob(), name);
}

async function* chunksOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

/**
 * Returns the source itself, or, where its first bytes say gzip or bzip2, a source of what it holds: decompressed once, piece
 * by piece, into a Blob (never one array). Throws "bad-value" for damaged data.
 */
export async function decompressed(source: ByteSource, signal?: AbortSignal): Promise<ByteSource> {
  const magic = await source.read(0, Math.min(4, source.size));
  const isGzip = magic[0] === 0x1f && magic[1] === 0x8b;
  if (!isGzip && !isBzip2(magic)) return source;
  try {
    const chunks = isGzip
      ? chunksOf(streamOf(source, signal).pipeThrough(new DecompressionStream("gzip")))
      : readBzip2(source, signal);
    return await collect(chunks, source.name);
  } catch (error) {
    if (signal?.aborted) throw new AbortError();
    if (error instanceof FormatError) throw error;
    const kind = isGzip ? "gzip" : "bzip2";
    const sentence = `${source.name} cannot be decompressed: its ${kind} data are damaged or incomplete.`;
    throw new FormatError("bad-value", sentence, { kind }, error);
  }
}
