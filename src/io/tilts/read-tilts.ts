import { FormatError } from "../../core/errors";
import { readMdoc } from "./read-mdoc";

/** What the images of a tilt series are known to be, one value each, in the order of the stack. */
export interface SeriesTilts {
  readonly tiltsDeg: readonly number[];
  /** Electrons per Å² that the specimen bore before each image; null where the file does not say. */
  readonly priorDoses: readonly number[] | null;
  /** Underfocus is positive; null where the file does not say. */
  readonly defociMicrometre: readonly number[] | null;
  readonly pixelSizeAngstrom: number | null;
}

/** A tilt of more than a half turn is none. */
const LARGEST_TILT_DEG = 180;

/**
 * Reads the tilts of a series: a list with one tilt in degrees at the beginning of each line (.tlt, .rawtlt, .txt), or on
 * one line; or SerialEM's .mdoc. Throws FormatError with a sentence that names the line or the section of the fault.
 */
export function readTilts(text: string, fileName: string): SeriesTilts {
  if (text.trim() === "") throw new FormatError("empty-file", `${fileName} is empty.`, { fileName });
  const known = isMdoc(text, fileName)
    ? readMdoc(text, fileName)
    : {
        tiltsDeg: readList(text, fileName),
        priorDoses: null,
        defociMicrometre: null,
        pixelSizeAngstrom: null,
      };
  known.tiltsDeg.forEach((tilt, i) => {
    if (Math.abs(tilt) <= LARGEST_TILT_DEG) return;
    const sentence = `${fileName}: the tilt of image ${i + 1} is ${tilt}°, beyond ±${LARGEST_TILT_DEG}°.`;
    throw new FormatError("bad-value", sentence, { fileName, image: i + 1, value: tilt });
  });
  return known;
}

const isMdoc = (text: string, fileName: string) =>
  /\.mdoc$/i.test(fileName) || /^\s*\[?[A-Za-z]+ *=/.test(text);

function readList(text: string, fileName: string): number[] {
  const lines = text.split(/\r\n|\n|\r/);
  const filled = lines.flatMap((line, i) => (line.trim() === "" || /^\s*#/.test(line) ? [] : [i]));
  const fields = (i: number) => lines[i].trim().split(/[\s,;]+/);
  // Other columns are the order or the dose.
  const words = filled.length === 1 ? fields(filled[0]) : filled.map((i) => fields(i)[0]);
  return words.map((word, i) => {
    const tilt = Number(word);
    if (word !== "" && Number.isFinite(tilt)) return tilt;
    const line = filled.length === 1 ? filled[0] : filled[i];
    const sentence = `${fileName} is no list of tilts: line ${line + 1} has "${word.slice(0, 40)}" where a tilt belongs.`;
    throw new FormatError("not-this-format", sentence, { fileName, line: line + 1 });
  });
}
