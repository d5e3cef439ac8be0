import { FormatError } from "../../core/errors";

/** One `data_` block of a STAR file: single values, a loop, or both; names are without their leading underscore. */
export interface StarBlock {
  /** What follows `data_`; may be empty, and may repeat in a file. */
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

interface OpenBlock {
  name: string;
  values: Record<string, string>;
  columns: string[];
  rows: string[][];
}

const TOKEN = /'([^']*)'(?=\s|$)|"([^"]*)"(?=\s|$)|(\S+)/g;

/** The words of a line; quotes hold a word with blanks together, a word that begins with # ends the line. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const [, single, double, plain] of line.matchAll(TOKEN)) {
    if (plain?.startsWith("#")) break;
    words.push(single ?? double ?? plain);
  }
  return words;
}

/**
 * Returns the blocks of a STAR file as RELION and its neighbours write it: one row of a loop on one line. Tolerates missing
 * column numbers, comments, blank lines, tabs and Windows line ends. Throws "not-this-format" where there is no block, and
 * "bad-value" naming the line whose row has another number of values than there are columns.
 */
export function parseStar(text: string): readonly StarBlock[] {
  const blocks: OpenBlock[] = [];
  let inLoop = false;
  text.split(/\r\n|\n|\r/).forEach((line, index) => {
    const words = wordsOf(line);
    if (words.length === 0) return;
    const [first] = words;
    const block = blocks.at(-1);
    if (first.startsWith("data_") && words.length === 1) {
      blocks.push({ name: first.slice("data_".length), values: {}, columns: [], rows: [] });
      inLoop = false;
      return;
    }
    if (!block)
      throw new FormatError(
        "not-this-format",
        `This is no STAR file: line ${index + 1} comes before any data_ block.`,
      );
    if (first === "loop_") inLoop = true;
    else if (first.startsWith("_") && inLoop && block.rows.length === 0) block.columns.push(first.slice(1));
    else if (first.startsWith("_") && !inLoop) block.values[first.slice(1)] = words.slice(1).join(" ");
    else if (inLoop && words.length === block.columns.length) block.rows.push(words);
    else {
      const sentence = `Line ${index + 1} of the STAR file has ${words.length} values where data_${block.name} has ${block.columns.length} columns.`;
      throw new FormatError("bad-value", sentence, { line: index + 1 });
    }
  });
  if (blocks.length === 0)
    throw new FormatError("not-this-format", "This is no STAR file: it has no data_ block.");
  return blocks;
}
