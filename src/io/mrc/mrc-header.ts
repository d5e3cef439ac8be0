/** The 1024 bytes at the start of an MRC2014 file (Cheng et al. 2015, doi 10.1016/j.jsb.2015.04.002; IMOD's own words too). */
export const MRC_HEADER_BYTES = 1024;

const LABELS_OFFSET = 224;
const LABEL_BYTES = 80;
const LABEL_COUNT = 10;

/** IMODSTAMP of files whose IMODFLAGS mean something: "IMOD". */
export const IMOD_STAMP = 1146047817;
/** The bit of IMODFLAGS that says that mode 0 is signed. */
export const IMOD_SIGNED_BYTES = 1;

interface NumberField {
  readonly offset: number;
  readonly type: "i32" | "f32";
  readonly comment: string;
}

const i32 = (offset: number, comment: string): NumberField => ({ offset, type: "i32", comment });
const f32 = (offset: number, comment: string): NumberField => ({ offset, type: "f32", comment });

/** The numbers of the header: offset in bytes, type, meaning with its unit. */
export const MRC_FIELDS = {
  nx: i32(0, "columns, the fastest axis in the file"),
  ny: i32(4, "rows"),
  nz: i32(8, "sections"),
  mode: i32(12, "type of the voxels, see MRC_MODES"),
  nxstart: i32(16, "index of the first column in the unit cell, voxels"),
  nystart: i32(20, "index of the first row, voxels"),
  nzstart: i32(24, "index of the first section, voxels"),
  mx: i32(28, "voxels of the unit cell along x"),
  my: i32(32, "voxels of the unit cell along y"),
  mz: i32(36, "voxels of the unit cell along z"),
  cellX: f32(40, "edge of the unit cell along x, ångström"),
  cellY: f32(44, "edge of the unit cell along y, ångström"),
  cellZ: f32(48, "edge of the unit cell along z, ångström"),
  cellAlpha: f32(52, "angle of the unit cell, degrees"),
  cellBeta: f32(56, "angle of the unit cell, degrees"),
  cellGamma: f32(60, "angle of the unit cell, degrees"),
  mapc: i32(64, "axis along which columns run: 1, 2, 3 for x, y, z"),
  mapr: i32(68, "axis along which rows run"),
  maps: i32(72, "axis along which sections run"),
  dmin: f32(76, "smallest density as the writer saw it"),
  dmax: f32(80, "largest density as the writer saw it"),
  dmean: f32(84, "mean density as the writer saw it"),
  ispg: i32(88, "space group: 0 images, 1 volume, 401 stack of volumes"),
  nsymbt: i32(92, "bytes of the extended header"),
  nversion: i32(108, "version of the format: year × 10 + version"),
  imodStamp: i32(152, "1146047817 where IMOD's flags are set"),
  imodFlags: i32(156, "IMOD: bit 0 mode 0 is signed"),
  originX: f32(196, "position of the first voxel along x, ångström"),
  originY: f32(200, "position of the first voxel along y, ångström"),
  originZ: f32(204, "position of the first voxel along z, ångström"),
  rms: f32(216, "standard deviation as the writer saw it; below 0 unknown"),
  nlabl: i32(220, "labels in use, 0 to 10"),
} as const satisfies Record<string, NumberField>;

const EXTTYP_OFFSET = 104;
const MAP_OFFSET = 208;
const MACHINE_STAMP_OFFSET = 212;

export type MrcNumbers = Record<keyof typeof MRC_FIELDS, number>;

export interface MrcHeader extends Readonly<MrcNumbers> {
  /** Kind of the extended header: "FEI1", "SERI", … ; unprintable bytes as dots. */
  readonly exttyp: string;
  /** "MAP " in every file since 2000. */
  readonly map: string;
  /** Four bytes in hexadecimal: 44440000 or 44410000 little-endian, 11110000 big-endian. */
  readonly machineStamp: string;
  readonly labels: readonly string[];
}

const FIELD_NAMES = Object.keys(MRC_FIELDS) as (keyof typeof MRC_FIELDS)[];

function text(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
}

function label(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return text(end < 0 ? bytes : bytes.subarray(0, end)).trimEnd();
}

/** Returns every field of the 1024 bytes, read in the byte order given; judges nothing. */
export function parseMrcHeader(bytes: Uint8Array<ArrayBuffer>, littleEndian: boolean): MrcHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, MRC_HEADER_BYTES);
  const numbers = {} as MrcNumbers;
  for (const name of FIELD_NAMES) {
    const { offset, type } = MRC_FIELDS[name];
    numbers[name] =
      type === "i32" ? view.getInt32(offset, littleEndian) : view.getFloat32(offset, littleEndian);
  }
  const stamp = bytes.subarray(MACHINE_STAMP_OFFSET, MACHINE_STAMP_OFFSET + 4);
  const labels = Array.from({ length: LABEL_COUNT }, (_, i) => {
    const start = LABELS_OFFSET + i * LABEL_BYTES;
    return label(bytes.subarray(start, start + LABEL_BYTES));
  });
  const used = numbers.nlabl >= 0 && numbers.nlabl <= LABEL_COUNT ? numbers.nlabl : LABEL_COUNT;
  return {
    ...numbers,
    exttyp: text(bytes.subarray(EXTTYP_OFFSET, EXTTYP_OFFSET + 4)),
    map: text(bytes.subarray(MAP_OFFSET, MAP_OFFSET + 4)),
    machineStamp: Array.from(stamp, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    labels: labels.slice(0, used).filter((line) => line !== ""),
  };
}

/**
 * Returns the 1024 bytes of a little-endian header; fields that are left out are zero. Labels are cut at 80 characters, the
 * eleventh and later are dropped.
 */
export function encodeMrcHeader(
  numbers: Partial<MrcNumbers>,
  labels: readonly string[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(MRC_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const lines = labels.slice(0, LABEL_COUNT);
  for (const name of FIELD_NAMES) {
    const { offset, type } = MRC_FIELDS[name];
    const value = name === "nlabl" ? lines.length : (numbers[name] ?? 0);
    if (type === "i32") view.setInt32(offset, value, true);
    else view.setFloat32(offset, value, true);
  }
  bytes.set([77, 65, 80, 32], MAP_OFFSET);
  bytes.set([0x44, 0x44, 0, 0], MACHINE_STAMP_OFFSET);
  lines.forEach((line, i) => {
    const characters = line
      .replace(/[^\x20-\x7e]/g, "?")
      .padEnd(LABEL_BYTES)
      .slice(0, LABEL_BYTES);
    const codes = Array.from(characters, (character) => character.charCodeAt(0));
    bytes.set(codes, LABELS_OFFSET + i * LABEL_BYTES);
  });
  return bytes;
}
