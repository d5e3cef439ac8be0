import { FormatError } from "../../core/errors";
import type { ParticleFormat, ParticleFrame } from "../../core/particles/particle-format";
import type { Particle, ParticleList } from "../../core/particles/particle-list";
import { knownVoxelSizeAngstrom } from "../../core/volume/volume";
import { volumeStem } from "../../core/volume/volume-stem";
import { parseStar, type StarBlock } from "./parse-star";
import { fromRelionAngles, relionQuaternion, toRelionAngles } from "./relion-angles";

const COLUMNS = [
  "rlnTomoName",
  "rlnCenteredCoordinateXAngst",
  "rlnCenteredCoordinateYAngst",
  "rlnCenteredCoordinateZAngst",
  "rlnAngleRot",
  "rlnAngleTilt",
  "rlnAnglePsi",
  "rlnClassNumber",
] as const;
const SCORE_COLUMN = "rlnAutopickFigureOfMerit";

const AXES = ["X", "Y", "Z"] as const;
const ANGLES = ["Rot", "Tilt", "Psi"] as const;
const UNROTATED = { rot: 0, tilt: 0, psi: 0 };

/** The tomogram's name as RELION wants it: without extension, and without blanks, which would end the value. */
function tomoName(volumeName: string): string {
  return volumeStem(volumeName).replace(/\s+/g, "_") || "tomogram";
}

function voxelSizeFor(frame: ParticleFrame, doing: string): number {
  const size = knownVoxelSizeAngstrom(frame.voxelSizeAngstrom);
  if (size !== null) return size;
  const { x, y, z } = frame.voxelSizeAngstrom;
  const sentence = `${doing} a RELION STAR file needs the voxel size, because its positions are in ångström from the centre; ${frame.volumeName || "the volume"} has ${x} × ${y} × ${z} Å.`;
  throw new FormatError("cannot-write", sentence, { voxelSizeAngstrom: frame.voxelSizeAngstrom });
}

function write(list: ParticleList): string {
  const voxelSize = voxelSizeFor(list, "Writing");
  const [nz, ny, nx] = list.shape;
  const name = tomoName(list.volumeName);
  const scored = list.particles.some((particle) => particle.score !== null);
  const coordinate = (fromCentre: number) => (fromCentre * voxelSize).toFixed(4).padStart(10);
  const angle = (value: number) => value.toFixed(6).padStart(11);
  const rows = list.particles.map((particle) => {
    const { rot, tilt, psi } = particle.rotation ? toRelionAngles(particle.rotation) : UNROTATED;
    return [
      name,
      coordinate(particle.x - nx / 2),
      coordinate(particle.y - ny / 2),
      coordinate(particle.z - nz / 2),
      angle(rot),
      angle(tilt),
      angle(psi),
      String(particle.label),
      ...(scored ? [(particle.score ?? 0).toFixed(6)] : []),
    ].join(" ");
  });
  const columns = scored ? [...COLUMNS, SCORE_COLUMN] : COLUMNS;
  const header = columns.map((column, index) => `_${column} #${index + 1}`);
  return `${["", "# version 50001", "", "data_particles", "", "loop_", ...header, ...rows, ""].join("\n")}\n`;
}

/** Reads one column as numbers, or gives null for all rows where the column is not there. */
function numbersOf(block: StarBlock, column: string): (row: number) => number | null {
  const index = block.columns.indexOf(column);
  return (row) => {
    if (index < 0) return null;
    const value = Number(block.rows[row][index]);
    if (Number.isFinite(value)) return value;
    const sentence = `Row ${row + 1} of data_${block.name} has ${column} ${block.rows[row][index]}, which is not a number.`;
    throw new FormatError("bad-value", sentence, { row: row + 1, column });
  };
}

/** The rows that are of the frame's tomogram: all of them unless the file names several tomograms. */
function rowsOfTomogram(block: StarBlock, { volumeName }: ParticleFrame): number[] {
  const rows = block.rows.map((_, row) => row);
  const column = block.columns.indexOf("rlnTomoName");
  const names = new Set(column < 0 ? [] : block.rows.map((values) => values[column]));
  if (names.size <= 1) return rows;
  const own = tomoName(volumeName);
  if (names.has(own)) return rows.filter((row) => block.rows[row][column] === own);
  const [first, second] = names;
  const sentence = `This STAR file lists particles of ${names.size} tomograms (${first}, ${second}${names.size > 2 ? ", …" : ""}), and none of them is ${own}.`;
  throw new FormatError("bad-value", sentence, { names: [...names], own });
}

function read(text: string, frame: ParticleFrame): ParticleList {
  const block = parseStar(text).find(({ columns }) => columns.includes("rlnCenteredCoordinateXAngst"));
  if (!block)
    throw new FormatError(
      "unsupported",
      "This STAR file has no rlnCenteredCoordinateXAngst column: only positions as RELION 5 writes them are read.",
    );
  if (frame.shape.includes(0))
    throw new FormatError(
      "unsupported",
      "Reading a RELION STAR file needs its tomogram, because its positions count from the tomogram's centre.",
    );
  const voxelSize = voxelSizeFor(frame, "Reading");
  const [nz, ny, nx] = frame.shape;
  const centre = [nx / 2, ny / 2, nz / 2];

  const coordinates = AXES.map((axis) => numbersOf(block, `rlnCenteredCoordinate${axis}Angst`));
  const offsets = AXES.map((axis) => numbersOf(block, `rlnOrigin${axis}Angst`));
  const angles = ANGLES.map((angle) => numbersOf(block, `rlnAngle${angle}`));
  const subtomogramAngles = ANGLES.map((angle) => numbersOf(block, `rlnTomoSubtomogram${angle}`));
  const label = numbersOf(block, "rlnClassNumber");
  const score = numbersOf(block, SCORE_COLUMN);

  const particles = rowsOfTomogram(block, frame).map((row, index): Particle => {
    const anglesOf = ([rot, tilt, psi]: typeof angles) => ({
      rot: rot(row) ?? 0,
      tilt: tilt(row) ?? 0,
      psi: psi(row) ?? 0,
    });
    const subtomogram = anglesOf(subtomogramAngles);
    const m = fromRelionAngles(subtomogram);
    // Refined offsets lie in the frame of the subtomogram and are subtracted.
    const [ox, oy, oz] = offsets.map((offset) => offset(row) ?? 0);
    const [x, y, z] = coordinates.map((coordinate, axis) => {
      const shift = m[3 * axis] * ox + m[3 * axis + 1] * oy + m[3 * axis + 2] * oz;
      return ((coordinate(row) ?? 0) - shift) / voxelSize + centre[axis];
    });
    const rotated = [...angles, ...subtomogramAngles].some((angle) => (angle(row) ?? 0) !== 0);
    return {
      id: index + 1,
      label: label(row) ?? 1,
      x,
      y,
      z,
      sizeVoxels: null,
      score: score(row),
      rotation: rotated ? relionQuaternion(subtomogram, anglesOf(angles)) : null,
    };
  });
  return { ...frame, particles };
}

/**
 * RELION 5 particles: (index − N/2) × voxel size in ångström from the tomogram's centre, angles rot, tilt, psi, the label
 * as class number and the score as figure of merit. Of a file of several tomograms the particles of the frame's are read.
 */
export const relionStar: ParticleFormat = {
  id: "relion5-star",
  label: "RELION 5 STAR",
  extension: ".star",
  mimeType: "text/plain",
  note: "Positions in ångström from the centre of the tomogram: needs its voxel size.",
  write,
  read,
};
