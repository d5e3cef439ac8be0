import { FormatError } from "../../core/errors";
import type { AtomicStructure } from "../../core/structure/structure";
import { type Assembly, IDENTITY, type ReadStructureOptions } from "./assembly";
import { atomicNumberOf } from "./elements";
import { guessElement } from "./guess-element";

const WATERS = new Set(["HOH", "DOD", "WAT", "H2O", "SOL", "TIP", "TIP3", "TP3"]);
/** What an atom counts as that no rule recognizes. */
const CARBON = 6;
/** 3 GB of coordinates and what goes with them. */
const MOST_ATOMS = 2 ** 27;

/** An atom as a line of a file has it; empty texts where the file is silent. */
interface AtomRecord {
  readonly name: string;
  readonly element: string;
  readonly residueName: string;
  readonly chain: string;
  /** What tells residues of a chain apart. */
  readonly residue: string;
  readonly alternate: string;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly occupancy: number;
}

export interface AtomCollector {
  add(atom: AtomRecord): void;
  /** Returns the atoms, as an assembly if one is given. Throws "not-this-format" where there are none. */
  finish(assembly: Assembly | null): AtomicStructure;
}

interface Alternate {
  readonly slot: number;
  readonly occupancy: number;
  readonly total: number;
}

/**
 * Returns a collector for the atoms of the file `fileName`. Waters are left out. Of an atom's alternate places the one of the
 * highest occupancy is kept (the first of equals) and stands for all: it gets their occupancies together. Unknown elements
 * are guessed from names.
 */
export function createAtomCollector(
  fileName: string,
  { onNote }: ReadStructureOptions,
  /** Whether names are the four columns of a PDB file. */
  nameColumns: boolean,
): AtomCollector {
  let count = 0;
  let positions = new Float32Array(3 * 4096);
  let numbers = new Uint8Array(4096);
  let occupancies = new Float32Array(4096);
  let chainOf = new Int32Array(4096);
  const chains = new Map<string, number>();
  const alternates = new Map<string, Alternate>();
  const left = { waters: 0, alternates: 0, guessed: 0, unknown: 0 };

  const grow = () => {
    const room = 2 * numbers.length;
    const grown = <Values extends Float32Array | Uint8Array | Int32Array>(to: Values, from: Values) => {
      to.set(from);
      return to;
    };
    positions = grown(new Float32Array(3 * room), positions);
    numbers = grown(new Uint8Array(room), numbers);
    occupancies = grown(new Float32Array(room), occupancies);
    chainOf = grown(new Int32Array(room), chainOf);
  };
  const put = (slot: number, { x, y, z, name, element, residueName, chain }: AtomRecord) => {
    positions.set([x, y, z], 3 * slot);
    const known = atomicNumberOf(element);
    const number = known ?? guessElement(name, residueName, nameColumns);
    if (number === null) left.unknown++;
    else if (known === null) left.guessed++;
    numbers[slot] = number ?? CARBON;
    let index = chains.get(chain);
    if (index === undefined) {
      index = chains.size;
      chains.set(chain, index);
    }
    chainOf[slot] = index;
  };

  return {
    add(atom) {
      if (WATERS.has(atom.residueName)) {
        left.waters++;
        return;
      }
      const occupancy = Math.min(1, Math.max(0, atom.occupancy));
      const key = atom.alternate && `${atom.chain}|${atom.residue}|${atom.name}`;
      const other = key ? alternates.get(key) : undefined;
      if (other) {
        left.alternates++;
        const better = occupancy > other.occupancy;
        const total = other.total + occupancy;
        if (better) put(other.slot, atom);
        occupancies[other.slot] = Math.min(1, total);
        alternates.set(key, { ...other, occupancy: better ? occupancy : other.occupancy, total });
        return;
      }
      if (count === numbers.length) grow();
      put(count, atom);
      occupancies[count] = occupancy;
      if (key) alternates.set(key, { slot: count, occupancy, total: occupancy });
      count++;
    },

    finish(assembly) {
      const name = fileName.replace(/(\.(pdb\d*|ent|cif|mmcif))?(\.(gz|bz2))?$/i, "");
      const note = (atoms: number, what: string) => {
        if (atoms > 0) onNote?.(`${fileName}: ${atoms} ${atoms === 1 ? "atom" : "atoms"} ${what}.`);
      };
      note(left.waters, "of water left out");
      note(left.alternates, "at alternate places left out");
      note(left.guessed, "without an element told by their names");
      note(left.unknown, "of unknown element counted as carbon");
      if (count === 0) {
        const what = left.waters > 0 ? "no atoms but water" : "no atoms";
        throw new FormatError("not-this-format", `${fileName} has ${what}.`, {});
      }
      const weights = occupancies.subarray(0, count);
      if (weights.every((occupancy) => occupancy === 0)) {
        onNote?.(`${fileName} gives every atom occupancy 0: each counts as 1.`);
        weights.fill(1);
      }
      const taken = { positions, numbers, weights, chainOf: chainOf.subarray(0, count) };
      return assembled(taken, chains, assembly ?? asTheyStand(chains), fileName, name);
    },
  };
}

const asTheyStand = (chains: ReadonlyMap<string, number>): Assembly => ({
  id: "none",
  parts: [{ chains: new Set(chains.keys()), operators: [IDENTITY] }],
});

function assembled(
  atoms: {
    readonly positions: Float32Array;
    readonly numbers: Uint8Array;
    readonly weights: Float32Array;
    readonly chainOf: Int32Array;
  },
  chains: ReadonlyMap<string, number>,
  { id, parts }: Assembly,
  fileName: string,
  name: string,
): AtomicStructure {
  const sizes = new Float64Array(chains.size);
  for (const chain of atoms.chainOf) sizes[chain]++;
  const total = parts.reduce((sum, { chains: taken, operators }) => {
    return (
      sum + operators.length * [...taken].reduce((n, chain) => n + (sizes[chains.get(chain) ?? -1] ?? 0), 0)
    );
  }, 0);
  if (total === 0) {
    const sentence = `Assembly ${id} of ${fileName} is made of chains that have no atoms; read it without an assembly.`;
    throw new FormatError("bad-value", sentence, { assembly: id });
  }
  if (total > MOST_ATOMS) {
    const sentence = `Assembly ${id} of ${fileName} has ${total} atoms, more than the ${MOST_ATOMS} that are read.`;
    throw new FormatError("unsupported", sentence, { assembly: id, total });
  }
  const positionsAngstrom = new Float32Array(3 * total);
  const atomicNumbers = new Uint8Array(total);
  const occupancies = new Float32Array(total);
  let to = 0;
  for (const part of parts) {
    const taken = new Uint8Array(chains.size);
    for (const [chain, index] of chains) if (part.chains.has(chain)) taken[index] = 1;
    for (const m of part.operators)
      for (let i = 0; i < atoms.chainOf.length; i++) {
        if (taken[atoms.chainOf[i]] === 0) continue;
        const x = atoms.positions[3 * i];
        const y = atoms.positions[3 * i + 1];
        const z = atoms.positions[3 * i + 2];
        for (let axis = 0; axis < 3; axis++) {
          const row = 4 * axis;
          positionsAngstrom[3 * to + axis] = m[row] * x + m[row + 1] * y + m[row + 2] * z + m[row + 3];
        }
        atomicNumbers[to] = atoms.numbers[i];
        occupancies[to] = atoms.weights[i];
        to++;
      }
  }
  return { kind: "atoms", name, positionsAngstrom, atomicNumbers, occupancies };
}
