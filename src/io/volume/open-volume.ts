import { FormatError } from "../../core/errors";
import { EM_HEADER_BYTES } from "../em/em-header";
import { looksLikeEm, openEm } from "../em/em-reader";
import { MRC_HEADER_BYTES } from "../mrc/mrc-header";
import { looksLikeMrc, openMrc } from "../mrc/mrc-reader";
import type { ByteSource } from "../source/byte-source";
import { decompressed } from "../source/decompressed-source";
import type { FileVolume, OpenOptions } from "./file-volume";
import { foreignFormat } from "./foreign-format";

/**
 * Opens a volume: MRC or EM, also compressed by gzip or bzip2, known by its content and not by its name. Reads the header
 * alone (a compressed file is decompressed first). Throws a FormatError whose sentence says what is wrong; a file that ends
 * before its voxels opens with a warning, and reading what is missing throws "truncated".
 */
export async function openVolume(file: ByteSource, options: OpenOptions = {}): Promise<FileVolume> {
  const source = await decompressed(file, options.signal);
  const { name, size } = source;
  if (size === 0) throw new FormatError("empty-file", `${name} is empty.`, { size });
  const head = await source.read(0, Math.min(MRC_HEADER_BYTES, size));
  const mrc = looksLikeMrc(head, size);
  if (mrc === "marked") return openMrc(source, head, options);
  if (looksLikeEm(head, size)) return openEm(source, head, options);
  const what = foreignFormat(head);
  if (what)
    throw new FormatError("not-this-format", `${name} is ${what}, not an MRC or EM volume.`, { what });
  if (mrc === "possible") return openMrc(source, head, options);
  if (size < MRC_HEADER_BYTES) {
    const sentence = `${name} has ${size} bytes: too few for the header of an MRC (${MRC_HEADER_BYTES}) or EM volume (${EM_HEADER_BYTES}).`;
    throw new FormatError("truncated", sentence, { size });
  }
  // No mark and no sense in it: the reader's own sentence names the field.
  return openMrc(source, head, options);
}
