import { FormatError } from "../../core/errors";
import type { ParticleFormat, ParticleFrame } from "../../core/particles/particle-format";
import type { Particle, ParticleList } from "../../core/particles/particle-list";

const COLUMNS = [
  "id",
  "label",
  "name",
  "x",
  "y",
  "z",
  "size_voxels",
  "score",
  "qx",
  "qy",
  "qz",
  "qw",
] as const;
const REQUIRED = ["label", "x", "y", "z"] as const;

function quoted(value: string): string {
  return /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function write(list: ParticleList): string {
  const rows = list.particles.map(({ id, label, x, y, z, sizeVoxels, score, rotation }) => {
    const name = list.classes.find((info) => info.label === label)?.name ?? "";
    const quaternion = rotation ? [rotation.x, rotation.y, rotation.z, rotation.w] : ["", "", "", ""];
    return [id, label, quoted(name), x, y, z, sizeVoxels ?? "", score ?? "", ...quaternion].join(",");
  });
  return `${[COLUMNS.join(","), ...rows].join("\n")}\n`;
}

/** Splits a text into rows of fields (RFC 4180: quotes hold commas, line ends and doubled quotes). */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, inQuotes, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|\n|\r|$)/g)) {
    rows.at(-1)?.push(inQuotes === undefined ? plain.trim() : inQuotes.replaceAll('""', '"'));
    if (end === "") break;
    if (end !== ",") rows.push([]);
  }
  return rows.filter((row) => row.length > 1 || row[0]);
}

function read(text: string, frame: ParticleFrame): ParticleList {
  const [header = [], ...rows] = parseCsv(text.replace(/^\uFEFF/, ""));
  const names = header.map((name) => name.toLowerCase());
  const missing = REQUIRED.find((name) => !names.includes(name));
  if (missing)
    throw new FormatError(
      "not-this-format",
      `This is no particle table: its first line has no column "${missing}" (it needs label, x, y, z, separated by commas).`,
      { missing },
    );
  const particles = rows.map((row, index): Particle => {
    const optional = (name: (typeof COLUMNS)[number]): number | null => {
      const field = row[names.indexOf(name)];
      if (field === undefined || field === "") return null;
      const value = Number(field);
      if (Number.isFinite(value)) return value;
      const sentence = `Row ${index + 1} of the table has ${name} "${field}", which is not a number.`;
      throw new FormatError("bad-value", sentence, { row: index + 1, name });
    };
    const required = (name: (typeof REQUIRED)[number]): number => {
      const value = optional(name);
      if (value !== null) return value;
      throw new FormatError("bad-value", `Row ${index + 1} of the table has no ${name}.`, {
        row: index + 1,
        name,
      });
    };
    const [x, y, z, w] = [optional("qx"), optional("qy"), optional("qz"), optional("qw")];
    return {
      id: optional("id") ?? index + 1,
      label: required("label"),
      x: required("x"),
      y: required("y"),
      z: required("z"),
      sizeVoxels: optional("size_voxels"),
      score: optional("score"),
      rotation: x === null || y === null || z === null || w === null ? null : { x, y, z, w },
    };
  });
  return { ...frame, particles };
}

/** A table with a header line: positions in voxels from the corner, rotation as a quaternion. */
export const particleCsv: ParticleFormat = {
  id: "csv",
  label: "CSV table",
  extension: ".csv",
  mimeType: "text/csv",
  note: "Positions in voxels, rotations as quaternions; for spreadsheets and scripts.",
  write,
  read,
};
