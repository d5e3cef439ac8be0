import { FormatError } from "../../core/errors";
import type { SeriesTilts } from "./read-tilts";

/** What stands between one [Key = value] and the next; the head of the file has no key. */
interface Section {
  readonly key: string;
  readonly value: string;
  readonly line: number;
  readonly fields: ReadonlyMap<string, string>;
}

/**
 * Reads SerialEM's .mdoc of a tilt series, sections by rising ZValue. Doses before an image are PriorRecordDose, or else the
 * sums of ExposureDose in order of time. Defoci are those aimed at (TargetDefocus, negative where under focus): Defocus is
 * what the lens showed, whose zero is arbitrary (a recorded series aimed at −3 µm has +2.2 µm there). Throws FormatError for
 * frame sets, montages and images without a tilt.
 */
export function readMdoc(text: string, fileName: string): SeriesTilts {
  const sections = splitSections(text);
  const images = sections
    .filter(({ key }) => key === "ZValue")
    .sort((a, b) => Number(a.value) - Number(b.value));
  const [head] = sections;
  const fail = (sentence: string, fields: object = {}): never => {
    throw new FormatError("unsupported", `${fileName} ${sentence}`, { fileName, ...fields });
  };
  if (
    head.fields.get("Montage") === "1" ||
    sections.some(({ key, fields }) => key === "MontSection" || fields.has("PieceCoordinates"))
  )
    fail("is of a montage, not of a tilt series.");
  if (sections.some(({ key }) => key === "FrameSet"))
    fail("is of the frames of one image, not of a tilt series: name the file of the whole series.");
  if (images.length === 0) fail("has no [ZValue = …]: it is of no tilt series.");
  images.forEach(({ value, line }, i) => {
    if (!/^\d+$/.test(value))
      fail(`has "[ZValue = ${value}]" in line ${line} where a whole number belongs.`, { line });
    if (i > 0 && value === images[i - 1].value) fail(`has [ZValue = ${value}] twice.`, { section: value });
  });

  const numberOf = ({ fields, value: section }: Section, name: string): number | null => {
    const word = fields.get(name);
    if (word === undefined) return null;
    const value = Number(word);
    if (word !== "" && Number.isFinite(value)) return value;
    const sentence = `${fileName}: ${name} of [ZValue = ${section}] is "${word.slice(0, 40)}", no number.`;
    throw new FormatError("bad-value", sentence, { fileName, section, name });
  };
  /** One number for each image, or null where one has none. */
  const all = (name: string): number[] | null => {
    const values = images.map((image) => numberOf(image, name));
    return values.every((value) => value !== null) ? values : null;
  };

  const tiltsDeg = images.map(
    (image) => numberOf(image, "TiltAngle") ?? fail(`gives no TiltAngle for [ZValue = ${image.value}].`),
  );
  const pixelSize = numberOf(images[0], "PixelSpacing") ?? Number(head.fields.get("PixelSpacing") ?? 0);
  return {
    tiltsDeg,
    priorDoses: all("PriorRecordDose") ?? summedDoses(all("ExposureDose"), images),
    defociMicrometre: all("TargetDefocus")?.map((defocus) => -defocus) ?? null,
    pixelSizeAngstrom: pixelSize > 0 ? pixelSize : null,
  };
}

function splitSections(text: string): [head: Section, ...sections: Section[]] {
  const sections: [Section, ...Section[]] = [{ key: "", value: "", line: 1, fields: new Map() }];
  let fields = new Map<string, string>();
  sections[0] = { ...sections[0], fields };
  text.split(/\r\n|\n|\r/).forEach((line, i) => {
    const start = /^\s*\[\s*(\w+)\s*=\s*(.*?)\s*\]\s*$/.exec(line);
    const field = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line);
    // Titles, [T = …], belong to the head.
    if (start && start[1] !== "T") {
      fields = new Map();
      sections.push({ key: start[1], value: start[2], line: i + 1, fields });
    } else if (field) fields.set(field[1], field[2]);
  });
  return sections;
}

/** The doses before each image, in order of time; null where doses are unknown, or the order is. */
function summedDoses(doses: readonly number[] | null, images: readonly Section[]): number[] | null {
  if (!doses?.some((dose) => dose > 0)) return null;
  const times = images.map(({ fields }) => timeOf(fields.get("DateTime") ?? ""));
  if (times.some(Number.isNaN)) return null;
  const prior = new Array<number>(doses.length).fill(0);
  let sum = 0;
  for (const i of [...doses.keys()].sort((a, b) => times[a] - times[b])) {
    prior[i] = sum;
    sum += doses[i];
  }
  return prior;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** SerialEM's "06-Jun-23  23:19:46" or "2023-Jun-06 23:19:46" as milliseconds; NaN for anything else. */
function timeOf(text: string): number {
  const [, a, month, b, hour, minute, second] =
    /^(\d+)-([A-Za-z]{3})-(\d+)\s+(\d+):(\d+):(\d+)$/.exec(text) ?? [];
  const index = MONTHS.indexOf(month?.toLowerCase() ?? "");
  if (index < 0) return Number.NaN;
  const [day, year] = a.length === 4 ? [b, a] : [a, b];
  const century = year.length === 4 ? 0 : 2000;
  return Date.UTC(century + Number(year), index, Number(day), Number(hour), Number(minute), Number(second));
}
