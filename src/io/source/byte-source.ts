import { FormatError } from "../../core/errors";

/** Bytes that are read in ranges: a local file, a Blob, memory. Nothing promises that they fit in memory at once. */
export interface ByteSource {
  /** The file's name, without its folder. */
  readonly name: string;
  readonly size: number;
  /** Returns a fresh array of exactly `length` bytes that the caller owns; "truncated" if they are not all there. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Throws "truncated" where a range does not lie within a source; called before anything is allocated for it. */
export function checkRange(
  { name, size }: Pick<ByteSource, "name" | "size">,
  offset: number,
  length: number,
) {
  if (offset >= 0 && length >= 0 && offset + length <= size) return;
  const sentence = `${name} is truncated: bytes ${offset} to ${offset + length} were asked for, it has ${size}.`;
  throw new FormatError("truncated", sentence, { offset, length, size });
}
