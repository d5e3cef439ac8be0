import { FormatError } from "../../core/errors";
import type { DensityMap, Structure } from "../../core/structure/structure";
import { voxelCount, wholeBox } from "../../core/volume/shape";
import { knownVoxelSizeAngstrom } from "../../core/volume/volume";
import { volumeStem } from "../../core/volume/volume-stem";
import { readBeadModel } from "../bead-model/read-bead-model";
import { looksLikeEm } from "../em/em-reader";
import { readMmcif } from "../mmcif/read-mmcif";
import { MRC_HEADER_BYTES } from "../mrc/mrc-header";
import { looksLikeMrc } from "../mrc/mrc-reader";
import { readPdb } from "../pdb/read-pdb";
import type { ByteSource } from "../source/byte-source";
import { decompressed } from "../source/decompressed-source";
import { foreignFormat } from "../volume/foreign-format";
import { openVolume } from "../volume/open-volume";
import type { ReadStructureOptions } from "./assembly";

/** A text longer than this is no string. */
const MOST_TEXT_BYTES = 512 * 2 ** 20 - 64;
const MOST_MAP_VOXELS = 2 ** 28;

const CIF_START = /^(\s|#[^\n]*\n)*data_/i;
const PDB_LINE = /^(HEADER|TITLE|COMPND|REMARK|CRYST1|MODEL|ATOM|HETATM)\b/m;

type Format = "beads" | "mmcif" | "pdb" | "map";

export interface OpenStructureOptions extends ReadStructureOptions {
  readonly signal?: AbortSignal;
}

/**
 * Opens a structure: PDB, mmCIF, a map (MRC or EM) or a bead model, also compressed by gzip or bzip2. What the content shows
 * counts more than the name. Reads the whole file. Throws a FormatError whose sentence says what is wrong: "not-this-format"
 * for other files, "bad-header" for a map without one voxel size, "bad-value" for voxels that are not numbers.
 */
export async function openStructure(
  file: ByteSource,
  options: OpenStructureOptions = {},
): Promise<Structure> {
  const source = await decompressed(file, options.signal);
  const { name, size } = source;
  if (size === 0) throw new FormatError("empty-file", `${name} is empty.`, { size });
  const head = await source.read(0, Math.min(MRC_HEADER_BYTES, size));
  const format = formatOf(name, head, size);
  if (format === "map") return readMap(source, options);
  if (size > MOST_TEXT_BYTES) {
    const sentence = `${name} is too large to be read: ${size} bytes, of at most ${MOST_TEXT_BYTES}.`;
    throw new FormatError("unsupported", sentence, { size });
  }
  const bytes = await source.read(0, size);
  if (format === "beads") return readBeadModel(bytes, name);
  return format === "pdb" ? readPdb(bytes, name, options) : readMmcif(bytes, name, options);
}

function formatOf(name: string, head: Uint8Array<ArrayBuffer>, size: number): Format {
  const [, extension = ""] = /\.([a-z0-9]+?)(?:\.(?:gz|bz2))?$/i.exec(name.toLowerCase()) ?? [];
  const text = new TextDecoder("latin1").decode(head);
  if (extension === "beads") return "beads";
  const mrc = looksLikeMrc(head, size);
  if (mrc === "marked") return "map";
  if (CIF_START.test(text)) return "mmcif";
  if (PDB_LINE.test(text) || /^(pdb\d*|ent)$/.test(extension)) return "pdb";
  if (/^(cif|mmcif)$/.test(extension)) return "mmcif";
  if (mrc === "possible" || looksLikeEm(head, size) || /^(mrc|map|em|ccp4)$/.test(extension)) return "map";
  const what = foreignFormat(head);
  const sentence = `${name} is ${what ?? "of an unknown kind"}, no structure: PDB, mmCIF, MRC and EM maps and bead models are read.`;
  throw new FormatError("not-this-format", sentence, { name });
}

async function readMap(source: ByteSource, { signal }: OpenStructureOptions): Promise<DensityMap> {
  const volume = await openVolume(source, { signal });
  const { name, shape, voxelSizeAngstrom: size } = volume.meta;
  const voxelSizeAngstrom = knownVoxelSizeAngstrom(size);
  if (voxelSizeAngstrom === null) {
    const sentence = `${name} has voxels of ${size.x} × ${size.y} × ${size.z} Å: a map needs one size, the same along x, y and z.`;
    throw new FormatError("bad-header", sentence, { ...size });
  }
  if (voxelCount(shape) > MOST_MAP_VOXELS) {
    const sentence = `${name} is too large for a structure: ${[...shape].reverse().join(" × ")} voxels.`;
    throw new FormatError("unsupported", sentence, { shape });
  }
  const values = await volume.readBox(wholeBox(shape));
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const at = [
      bad % shape[2],
      Math.floor(bad / shape[2]) % shape[1],
      Math.floor(bad / (shape[1] * shape[2])),
    ];
    const sentence = `${name} has a voxel that is no number at x ${at[0]}, y ${at[1]}, z ${at[2]}.`;
    throw new FormatError("bad-value", sentence, { at });
  }
  return { kind: "map", name: volumeStem(name), values, shape, voxelSizeAngstrom };
}
