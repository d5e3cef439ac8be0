import { FormatError } from "../../core/errors";
import type { ByteSource } from "../source/byte-source";
import { type FileVolume, type OpenOptions, rasterReaders } from "../volume/file-volume";
import {
  isSide,
  MAX_BYTES,
  type Raster,
  rasterBytes,
  rasterShape,
  truncatedSentence,
} from "../volume/raster";
import { rowBytes } from "../volume/voxel-encoding";
import { EM_HEADER_BYTES, EM_TYPES, type EmHeader, emLittleEndian, parseEmHeader } from "./em-header";

const totalBytes = ({ nx, ny, nz, type }: EmHeader) =>
  EM_HEADER_BYTES + nz * ny * rowBytes(EM_TYPES[type], nx);

function isPossible(header: EmHeader): boolean {
  const { nx, ny, nz, type } = header;
  return type in EM_TYPES && [nx, ny, nz].every(isSide) && totalBytes(header) <= MAX_BYTES;
}

/** The header in the machine's byte order, or in the other one where only that gives possible sizes. */
function parseEitherOrder(head: Uint8Array<ArrayBuffer>) {
  const stamped = emLittleEndian(head[0]) ?? true;
  const header = parseEmHeader(head, stamped);
  const other = parseEmHeader(head, !stamped);
  const turned = !isPossible(header) && isPossible(other);
  return { header: turned ? other : header, littleEndian: turned ? !stamped : stamped, turned };
}

/** Tells whether the bytes may begin an EM file. EM files have no mark, so ask only of what is no marked MRC file. */
export function looksLikeEm(head: Uint8Array<ArrayBuffer>, fileBytes: number): boolean {
  if (head.length < EM_HEADER_BYTES || emLittleEndian(head[0]) === undefined) return false;
  const { header } = parseEitherOrder(head);
  return isPossible(header) && (head[0] === 6 || totalBytes(header) === fileBytes);
}

/**
 * Opens an EM volume of which `head` are the first 512 bytes or more, which `looksLikeEm`; no voxel is read. EM files have no
 * reliable voxel size, so it is unknown.
 */
export function openEm(
  source: ByteSource,
  head: Uint8Array<ArrayBuffer>,
  { strict = false }: OpenOptions,
): FileVolume {
  const { name, size } = source;
  const { header, littleEndian, turned } = parseEitherOrder(head);
  const dtype = EM_TYPES[header.type];
  const raster: Raster = {
    source,
    dataOffset: EM_HEADER_BYTES,
    fileShape: [header.nz, header.ny, header.nx],
    axes: ["z", "y", "x"],
    encoding: { dtype, littleEndian },
  };
  const faults: string[] = [];
  const notes: string[] = [];
  if (turned)
    faults.push(`The machine code ${header.machine} is wrong: the sizes show the other byte order.`);
  const surplus = size - EM_HEADER_BYTES - rasterBytes(raster);
  if (surplus < 0) faults.push(truncatedSentence(raster));
  if (surplus > 0) notes.push(`${surplus} bytes follow the voxels and are left alone.`);
  if (strict && faults.length > 0)
    throw new FormatError(surplus < 0 ? "truncated" : "bad-header", `${name}: ${faults[0]}`, { ...header });

  return {
    meta: {
      name,
      shape: rasterShape(raster),
      dtype,
      voxelSizeAngstrom: { x: 0, y: 0, z: 0 },
      originAngstrom: { x: 0, y: 0, z: 0 },
      warnings: [...faults, ...notes],
    },
    format: "em",
    mode: null,
    fileShape: null,
    complete: surplus >= 0,
    header: { ...header },
    readExtendedHeader: async () => new Uint8Array(0),
    ...rasterReaders(raster),
  };
}
