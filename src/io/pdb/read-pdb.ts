import { FormatError } from "../../core/errors";
import type { AtomicStructure } from "../../core/structure/structure";
import type { ReadStructureOptions } from "../structure/assembly";
import { createAtomCollector } from "../structure/atom-collector";
import { chooseAssembly } from "../structure/choose-assembly";
import { readBiomolecules } from "./read-biomolecules";

/** Columns of ATOM and HETATM, counted from 0, the end excluded (wwPDB format 3.3). */
const COLUMNS = {
  name: [12, 16],
  alternate: [16, 17],
  residueName: [17, 20],
  chain: [21, 22],
  /** With the insertion code. Never read as a number: hybrid-36 and overflown ones serve as well. */
  residue: [22, 27],
  x: [30, 38],
  y: [38, 46],
  z: [46, 54],
  occupancy: [54, 60],
  element: [76, 78],
} as const;

const cut = (line: string, [from, to]: readonly [number, number]) => line.slice(from, to);

/**
 * Returns the atoms of the first model of a PDB file as its biological assembly (REMARK 350), without waters; see
 * `createAtomCollector` for alternate places and elements. Throws "not-this-format" where there are no atoms, and "bad-value"
 * naming the line whose coordinates are no numbers.
 */
export function readPdb(
  bytes: Uint8Array,
  name: string,
  options: ReadStructureOptions = {},
): AtomicStructure {
  const text = new TextDecoder("latin1").decode(bytes);
  const atoms = createAtomCollector(name, options, true);
  const remarks: string[] = [];
  let models = 0;
  let number = 0;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf("\n", start);
    const line = text.slice(start, end < 0 ? text.length : end);
    start = end < 0 ? text.length : end + 1;
    number++;
    if (line.startsWith("MODEL ")) models++;
    else if (line.startsWith("REMARK 350")) remarks.push(line);
    else if (models <= 1 && (line.startsWith("ATOM  ") || line.startsWith("HETATM")))
      atoms.add(atomOf(line, number, name));
  }
  if (models > 1) options.onNote?.(`${name} has ${models} models: the first is read.`);
  return atoms.finish(chooseAssembly(readBiomolecules(remarks, name), options.assembly, name));
}

function atomOf(line: string, number: number, fileName: string) {
  const fault = (what: string, fields: Readonly<Record<string, unknown>>): never => {
    throw new FormatError("bad-value", `${fileName}, line ${number}: ${what}.`, { line: number, ...fields });
  };
  // A number that the end of a file has cut would still be one.
  if (line.trimEnd().length < COLUMNS.z[1]) fault("the atom ends before its coordinates do", {});
  const coordinate = (axis: "x" | "y" | "z") => {
    const text = cut(line, COLUMNS[axis]).trim();
    const value = Number(text);
    return text !== "" && Number.isFinite(value)
      ? value
      : fault(`the atom's ${axis} must be a number, not "${text}"`, { axis });
  };
  const occupancy = cut(line, COLUMNS.occupancy);
  const share = occupancy.trim() === "" ? 1 : Number(occupancy);
  return {
    name: cut(line, COLUMNS.name),
    element: cut(line, COLUMNS.element).trim(),
    residueName: cut(line, COLUMNS.residueName).trim(),
    chain: cut(line, COLUMNS.chain),
    residue: cut(line, COLUMNS.residue),
    alternate: cut(line, COLUMNS.alternate).trim(),
    x: coordinate("x"),
    y: coordinate("y"),
    z: coordinate("z"),
    occupancy: Number.isNaN(share) ? 1 : share,
  };
}
