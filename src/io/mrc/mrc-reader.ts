import { FormatError } from "../../core/errors";
import type { Axis, Point3 } from "../../core/volume/shape";
import type { VoxelType } from "../../core/volume/volume";
import type { ByteSource } from "../source/byte-source";
import { type FileVolume, type OpenOptions, rasterReaders } from "../volume/file-volume";
import {
  isSide,
  MAX_BYTES,
  MAX_SIDE,
  type Raster,
  rasterBytes,
  rasterShape,
  truncatedSentence,
} from "../volume/raster";
import { rowBytes } from "../volume/voxel-encoding";
import {
  IMOD_SIGNED_BYTES,
  IMOD_STAMP,
  MRC_FIELDS,
  MRC_HEADER_BYTES,
  type MrcHeader,
  parseMrcHeader,
} from "./mrc-header";
import { MRC_MODES } from "./mrc-modes";

const AXES: readonly Axis[] = ["x", "y", "z"];
const LITTLE_ENDIAN_STAMPS = ["4444", "4441"];
const BIG_ENDIAN_STAMPS = ["1111"];

const axisNumbers = ({ mapc, mapr, maps }: MrcHeader) => [mapc, mapr, maps];
const areAxes = (numbers: readonly number[]) => [...numbers].sort().join() === "1,2,3";
const dataBytes = ({ nx, ny, nz, mode }: MrcHeader) => nz * ny * rowBytes(MRC_MODES[mode], nx);

/** The byte order that the machine stamp names; null where it names none. */
function stampedLittleEndian({ machineStamp }: MrcHeader): boolean | null {
  const start = machineStamp.slice(0, 4);
  if (LITTLE_ENDIAN_STAMPS.includes(start)) return true;
  return BIG_ENDIAN_STAMPS.includes(start) ? false : null;
}

/** How much of a header makes sense: sizes and mode most, then axes, then the size of the file, then the stamp. */
function plausibility(header: MrcHeader, littleEndian: boolean, fileBytes: number): number {
  const { nx, ny, nz, mode, nsymbt } = header;
  let score = [nx, ny, nz].filter(isSide).length * 8;
  if (mode in MRC_MODES) score += 16;
  if (areAxes(axisNumbers(header))) score += 8;
  if (score >= 40) {
    const bytes = MRC_HEADER_BYTES + dataBytes(header);
    if (bytes + Math.max(0, nsymbt) === fileBytes) score += 4;
    if (bytes <= fileBytes) score += 2;
  }
  if (stampedLittleEndian(header) === littleEndian) score += 1;
  return score;
}

/** The header in the byte order in which it makes more sense, whatever its machine stamp says; little-endian if alike. */
function parseEitherOrder(head: Uint8Array<ArrayBuffer>, fileBytes: number) {
  const little = parseMrcHeader(head, true);
  const big = parseMrcHeader(head, false);
  const littleEndian = plausibility(little, true, fileBytes) >= plausibility(big, false, fileBytes);
  return { header: littleEndian ? little : big, littleEndian };
}

/** One clause on the field that makes a header impossible, or null. */
function impossible(header: MrcHeader): string | null {
  for (const name of ["nx", "ny", "nz"] as const)
    if (!isSide(header[name])) {
      const what = `${name.toUpperCase()} (${MRC_FIELDS[name].comment})`;
      return `${what} is ${header[name]}; it must be from 1 to ${MAX_SIDE}`;
    }
  if (!(header.mode in MRC_MODES))
    return `MODE is ${header.mode}; known modes are ${Object.keys(MRC_MODES).join(", ")}`;
  const { nx, ny, nz } = header;
  if (dataBytes(header) > MAX_BYTES)
    return `NX, NY, NZ are ${nx}, ${ny}, ${nz}; no volume takes ${dataBytes(header)} bytes`;
  const axes = axisNumbers(header);
  if (!areAxes(axes) && axes.some((axis) => axis !== 0))
    return `MAPC, MAPR, MAPS are ${axes.join(", ")}; they must be 1, 2, 3 in some order`;
  return null;
}

/** Tells how sure it is that the bytes begin an MRC file: "marked" by its mark or axes, or only possible by its numbers. */
export function looksLikeMrc(head: Uint8Array<ArrayBuffer>, fileBytes: number): "marked" | "possible" | "no" {
  if (head.length < MRC_HEADER_BYTES) return "no";
  const { header } = parseEitherOrder(head, fileBytes);
  const possible = impossible(header) === null;
  if (header.map === "MAP " || (possible && areAxes(axisNumbers(header)))) return "marked";
  return possible ? "possible" : "no";
}

/** What a file has against it: faults, which a strict reader refuses, and notes. */
interface Findings {
  readonly faults: string[];
  readonly notes: string[];
}

function judgeByteOrder(header: MrcHeader, littleEndian: boolean, { faults }: Findings): void {
  const found = littleEndian ? "little-endian" : "big-endian";
  const stamped = stampedLittleEndian(header);
  if (header.map !== "MAP ") faults.push(`The header lacks the mark "MAP " (it has "${header.map}").`);
  if (stamped === null)
    faults.push(
      `The machine stamp ${header.machineStamp} is unknown; the sizes show that the file is ${found}.`,
    );
  else if (stamped !== littleEndian)
    faults.push(
      `The machine stamp ${header.machineStamp} is wrong; the sizes show that the file is ${found}.`,
    );
}

/** The type of mode 0: signed, unless IMOD says otherwise or, without its stamp, the header's range proves bytes above 127. */
function byteType({ imodStamp, imodFlags, dmin, dmax }: MrcHeader, { notes }: Findings): VoxelType {
  if (imodStamp === IMOD_STAMP) {
    if (imodFlags & IMOD_SIGNED_BYTES) return "int8";
    if (dmin < 0)
      notes.push(`IMOD's flags say that bytes are unsigned, but the header's minimum is ${dmin}.`);
    notes.push("Bytes are read as unsigned, as IMOD's flags say.");
    return "uint8";
  }
  if (!(dmax > 127)) return "int8";
  if (dmin < 0) {
    notes.push(`The header's range ${dmin} to ${dmax} fits no byte; bytes are read as signed.`);
    return "int8";
  }
  notes.push(`Bytes are read as unsigned, since the header's maximum is ${dmax}.`);
  return "uint8";
}

function voxelSize(header: MrcHeader, { faults, notes }: Findings): Point3 {
  const along = (axis: "X" | "Y" | "Z", voxels: number) => {
    const edge = header[`cell${axis}`];
    const size = voxels > 0 ? Math.fround(edge / voxels) : 0;
    const known = Number.isFinite(size);
    const sentence = `The cell's edge along ${axis.toLowerCase()} is ${edge} Å; the voxel size is unknown.`;
    if (!known) faults.push(sentence);
    if (size < 0) notes.push(sentence);
    return known ? size || 0 : 0;
  };
  return { x: along("X", header.mx), y: along("Y", header.my), z: along("Z", header.mz) };
}

function origin({ originX, originY, originZ }: MrcHeader): Point3 {
  const finite = (value: number) => (Number.isFinite(value) ? value : 0);
  return { x: finite(originX), y: finite(originY), z: finite(originZ) };
}

function judgeCellAngles({ cellAlpha, cellBeta, cellGamma }: MrcHeader, { notes }: Findings): void {
  const angles = [cellAlpha, cellBeta, cellGamma];
  const oblique = angles.some((angle) => angle > 0 && angle < 180 && Math.abs(angle - 90) > 0.01);
  if (oblique)
    notes.push(
      `The cell's angles are ${angles.map((angle) => angle.toFixed(2)).join(", ")} degrees; voxels are shown as if upright.`,
    );
}

/** How many bytes of extended header lie before the voxels. */
function extendedBytes(header: MrcHeader, fileBytes: number, { faults }: Findings): number {
  const { nsymbt } = header;
  const rest = fileBytes - MRC_HEADER_BYTES;
  const fits = nsymbt >= 0 && nsymbt <= rest;
  if (fits && (nsymbt === 0 || rest !== dataBytes(header))) return nsymbt;
  faults.push(`NSYMBT is ${nsymbt}, which the file has no room for; the voxels begin at byte 1024.`);
  return 0;
}

/** The axes along which sections, rows and columns run. */
function rasterAxes(header: MrcHeader, { faults, notes }: Findings): Raster["axes"] {
  const numbers = axisNumbers(header);
  if (!areAxes(numbers)) {
    faults.push("MAPC, MAPR, MAPS are 0, 0, 0; they are taken as 1, 2, 3.");
    return ["z", "y", "x"];
  }
  const [column, row, section] = numbers.map((number) => AXES[number - 1]);
  if (column !== "x" || row !== "y")
    notes.push(`Columns, rows and sections run along ${column}, ${row}, ${section}; they were put in order.`);
  return [section, row, column];
}

/**
 * Opens an MRC file of which `head` are the first 1024 bytes; no voxel is read. Tolerant: what can be made sense of is read,
 * with warnings. Throws "bad-header" naming the field and value; with `strict`, for the first fault too.
 */
export function openMrc(
  source: ByteSource,
  head: Uint8Array<ArrayBuffer>,
  { strict = false }: OpenOptions,
): FileVolume {
  const { name, size } = source;
  const { header, littleEndian } = parseEitherOrder(head, size);
  const clause = impossible(header);
  if (clause) throw new FormatError("bad-header", `${name}: ${clause}.`, { header });

  const findings: Findings = { faults: [], notes: [] };
  const { faults, notes } = findings;
  judgeByteOrder(header, littleEndian, findings);
  const dtype = header.mode === 0 ? byteType(header, findings) : MRC_MODES[header.mode];
  if (dtype.startsWith("complex")) notes.push("The voxels are complex; their modulus is read.");
  const extended = extendedBytes(header, size, findings);
  const raster: Raster = {
    source,
    dataOffset: MRC_HEADER_BYTES + extended,
    fileShape: [header.nz, header.ny, header.nx],
    axes: rasterAxes(header, findings),
    encoding: { dtype, littleEndian },
  };
  const voxelSizeAngstrom = voxelSize(header, findings);
  judgeCellAngles(header, findings);
  const surplus = size - raster.dataOffset - rasterBytes(raster);
  if (surplus > 0) notes.push(`${surplus} bytes follow the voxels and are left alone.`);
  if (surplus < 0) faults.push(truncatedSentence(raster));
  if (strict && faults.length > 0)
    throw new FormatError(surplus < 0 ? "truncated" : "bad-header", `${name}: ${faults[0]}`, { header });

  return {
    meta: {
      name,
      shape: rasterShape(raster),
      dtype,
      voxelSizeAngstrom,
      originAngstrom: origin(header),
      warnings: [...faults, ...notes],
    },
    format: "mrc",
    mode: header.mode,
    fileShape: raster.axes.join() === "z,y,x" ? null : raster.fileShape,
    complete: surplus >= 0,
    header: { ...header },
    readExtendedHeader: () => source.read(MRC_HEADER_BYTES, extended),
    ...rasterReaders(raster),
  };
}
