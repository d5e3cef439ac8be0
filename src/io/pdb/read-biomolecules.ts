import { FormatError } from "../../core/errors";
import type { Assembly, Operator } from "../structure/assembly";

interface Part {
  readonly chains: Set<string>;
  readonly operators: Operator[];
}

/** "BIOMOLECULE: 1", or "1, 2" where both are alike. */
const BIOMOLECULE = /^BIOMOLECULES?: *([\d, ]+)/;
const CHAINS = /^(APPLY THE FOLLOWING TO|AND) CHAINS: *(.*)/;
const ROW = /^BIOMT([123]) +\S+ +(\S+) +(\S+) +(\S+) +(\S+)/;

/**
 * Returns the biological assemblies that the REMARK 350 lines of a PDB file describe. Throws "bad-value" naming the file for
 * a row of an operator that is no row of numbers, or is missing.
 */
export function readBiomolecules(lines: readonly string[], fileName: string): Assembly[] {
  const assemblies: { id: string; parts: Part[] }[] = [];
  let open: Part[] = [];
  let part: Part | null = null;
  let rows: number[] = [];
  const fault = (line: string): never => {
    const sentence = `${fileName}: REMARK 350 has no whole operator at "${line}"; read it without an assembly.`;
    throw new FormatError("bad-value", sentence, { line });
  };
  for (const whole of lines) {
    const line = whole.slice("REMARK 350".length).trim();
    const [, ids] = BIOMOLECULE.exec(line) ?? [];
    if (ids !== undefined) {
      open = [];
      part = null;
      for (const id of ids.split(/[ ,]+/)) if (id !== "") assemblies.push({ id, parts: open });
      continue;
    }
    const [, start, list] = CHAINS.exec(line) ?? [];
    if (list !== undefined) {
      if (start !== "AND" || part === null) {
        // Old files name no biomolecule.
        if (assemblies.length === 0) assemblies.push({ id: "1", parts: open });
        part = { chains: new Set(), operators: [] };
        open.push(part);
      }
      for (const chain of list.split(/[ ,]+/)) {
        // A chain without a name stands as NULL.
        if (chain !== "") part.chains.add(chain === "NULL" ? " " : chain);
      }
      continue;
    }
    if (!line.startsWith("BIOMT")) continue;
    const [, row, ...texts] = ROW.exec(line) ?? [];
    const numbers = texts.map(Number);
    if (Number(row) !== rows.length / 4 + 1 || !numbers.every(Number.isFinite) || part === null) fault(line);
    rows.push(...numbers);
    if (rows.length < 12) continue;
    part?.operators.push(rows);
    rows = [];
  }
  if (rows.length > 0) fault("its end");
  return assemblies.filter(({ parts }) => parts.some(({ operators }) => operators.length > 0));
}
