import { FormatError } from "../core/errors";
import type { ParticleFormat } from "../core/particles/particle-format";
import { deepFinderXml } from "./deepfinder-xml/deepfinder-xml";
import { particleCsv } from "./particle-csv/particle-csv";
import { particleJson } from "./particle-json/particle-json";
import { relionStar } from "./star/relion-star";

/** Every kind of particle file, in the order in which menus show them. */
export const PARTICLE_FORMATS: readonly ParticleFormat[] = [
  relionStar,
  deepFinderXml,
  particleCsv,
  particleJson,
];

/** Returns the format that a file's name ends with; throws "unsupported" naming those that there are. */
export function particleFormatOf(fileName: string): ParticleFormat {
  const format = PARTICLE_FORMATS.find(({ extension }) => fileName.toLowerCase().endsWith(extension));
  if (format) return format;
  const known = PARTICLE_FORMATS.map(({ extension }) => extension).join(", ");
  throw new FormatError(
    "unsupported",
    `${fileName} is no particle file: its name must end with one of ${known}.`,
    {
      fileName,
    },
  );
}
