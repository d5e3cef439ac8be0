import { FormatError } from "../../core/errors";
import type { AtomicStructure } from "../../core/structure/structure";
import {
  type Assembly,
  composed,
  IDENTITY,
  type Operator,
  type ReadStructureOptions,
} from "../structure/assembly";
import { createAtomCollector } from "../structure/atom-collector";
import { chooseAssembly } from "../structure/choose-assembly";
import { type CifRow, forEachCifRow } from "./for-each-cif-row";
import { operatorSequences } from "./operator-sequences";

/** A row of _pdbx_struct_assembly_gen. */
interface Generation {
  readonly assembly: string;
  readonly operators: string;
  readonly chains: readonly string[];
}

/**
 * Returns the atoms of the first model of an mmCIF file as its biological assembly, without waters; see `createAtomCollector`
 * for alternate places and elements. Throws "not-this-format" where there are no atoms, "truncated" for a file that ends
 * within a row, and "bad-value" for coordinates that are no numbers and operators that do not exist.
 */
export function readMmcif(
  bytes: Uint8Array,
  name: string,
  options: ReadStructureOptions = {},
): AtomicStructure {
  const atoms = createAtomCollector(name, options, false);
  const generations: Generation[] = [];
  const operators = new Map<string, Operator>();
  const models = new Set<string>();
  let row = 0;
  forEachCifRow(new TextDecoder("latin1").decode(bytes), name, {
    _atom_site(site) {
      row++;
      models.add(site.get("pdbx_pdb_model_num") ?? "");
      if (models.size === 1) atoms.add(atomOf(site, row, name));
    },
    _pdbx_struct_assembly_gen(generation) {
      generations.push({
        assembly: generation.get("assembly_id") ?? "",
        operators: generation.get("oper_expression") ?? "",
        chains: generation.get("asym_id_list")?.split(/[\s,]+/) ?? [],
      });
    },
    _pdbx_struct_oper_list(operator) {
      const id = operator.get("id") ?? "";
      const numbers = IDENTITY.map((_, i) => {
        const axis = Math.floor(i / 4) + 1;
        return number(operator.get(i % 4 < 3 ? `matrix[${axis}][${(i % 4) + 1}]` : `vector[${axis}]`));
      });
      if (!numbers.every(Number.isFinite)) {
        const sentence = `${name}: operator ${id} of _pdbx_struct_oper_list is not made of numbers.`;
        throw new FormatError("bad-value", sentence, { id });
      }
      operators.set(id, numbers);
    },
  });
  if (models.size > 1) options.onNote?.(`${name} has ${models.size} models: the first is read.`);
  const ids = [...new Set(generations.map(({ assembly }) => assembly))];
  const described = ids.map((id) => ({ id, parts: [] }));
  const chosen = chooseAssembly(described, options.assembly, name);
  return atoms.finish(chosen && built(chosen.id, generations, operators, name));
}

const number = (text: string | null) => (text === null || text === "" ? Number.NaN : Number(text));

function atomOf(site: CifRow, row: number, fileName: string) {
  const coordinate = (axis: "x" | "y" | "z") => {
    const text = site.get(`cartn_${axis}`);
    const value = number(text);
    if (Number.isFinite(value)) return value;
    const sentence = `${fileName}: Cartn_${axis} in row ${row} of _atom_site must be a number, not ${text === null ? "missing" : `"${text}"`}.`;
    throw new FormatError("bad-value", sentence, { row, axis });
  };
  const share = number(site.get("occupancy"));
  const sequence = site.get("auth_seq_id") ?? site.get("label_seq_id") ?? "";
  return {
    name: site.get("label_atom_id") ?? site.get("auth_atom_id") ?? "",
    element: site.get("type_symbol") ?? "",
    residueName: site.get("label_comp_id") ?? site.get("auth_comp_id") ?? "",
    // Assemblies are made of the chains of label_asym_id.
    chain: site.get("label_asym_id") ?? site.get("auth_asym_id") ?? "",
    residue: `${sequence}${site.get("pdbx_pdb_ins_code") ?? ""}`,
    alternate: site.get("label_alt_id") ?? "",
    x: coordinate("x"),
    y: coordinate("y"),
    z: coordinate("z"),
    occupancy: Number.isNaN(share) ? 1 : share,
  };
}

function built(
  id: string,
  generations: readonly Generation[],
  operators: ReadonlyMap<string, Operator>,
  fileName: string,
): Assembly {
  const fault = (what: string): never => {
    const sentence = `${fileName}: assembly ${id} ${what}; read it without an assembly.`;
    throw new FormatError("bad-value", sentence, { assembly: id });
  };
  const parts = generations
    .filter(({ assembly }) => assembly === id)
    .map(({ operators: expression, chains }) => {
      const sequences = operatorSequences(expression) ?? fault(`has the operators "${expression}"`);
      const motions = sequences.map((sequence) =>
        sequence.reduce((motion, step) => {
          return composed(motion, operators.get(step) ?? fault(`names operator ${step}, which is missing`));
        }, IDENTITY),
      );
      return { chains: new Set(chains), operators: motions };
    });
  return { id, parts };
}
