import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReadStructureOptions } from "../structure/assembly";
import { operatorSequences } from "./operator-sequences";
import { readMmcif } from "./read-mmcif";

function read(text: string, options: Pick<ReadStructureOptions, "assembly"> = {}) {
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  const structure = readMmcif(new TextEncoder().encode(text), "x.cif", { ...options, onNote });
  const at = structure.positionsAngstrom;
  const places = Array.from({ length: at.length / 3 }, (_, i) => [...at.subarray(3 * i, 3 * i + 3)]);
  return { ...structure, places, numbers: [...structure.atomicNumbers], notes };
}

const COLUMNS =
  "group_PDB id type_symbol label_atom_id label_alt_id label_comp_id label_asym_id auth_seq_id pdbx_PDB_ins_code Cartn_x Cartn_y Cartn_z occupancy pdbx_PDB_model_num";
const sites = (rows: readonly string[], columns = COLUMNS) =>
  `loop_\n${columns
    .split(" ")
    .map((name) => `_atom_site.${name}`)
    .join("\n")}\n${rows.join("\n")}\n#\n`;
const file = (...parts: string[]) => `data_1ABC\n#\n${parts.join("")}`;

test("places, elements and occupancies, waters out, the first model, quotes and comments", () => {
  const { name, places, numbers, occupancies, notes } = read(
    file(
      "_entry.id 1ABC\n_struct.title\n;A title; with\n'quotes' and loop_\n;\n_cell.a 'it''s # 1'\n",
      sites([
        "ATOM 1 N N . MET A 1 ? 1.5 -2.25 300 1.00 7 # a comment",
        `ATOM 2 O "O5'" . DA B 2 ? 4 5 6 0.5 7`,
        "HETATM 3 CA CA . CA C 1 ? 7 8",
        "9 1.00 7",
        "HETATM 4 O O . HOH D 1 ? 7 8 9 1.00 7",
        "ATOM 5 N N . MET A 1 ? 0 0 0 1.00 8",
      ]),
      "data_2\n",
      sites(["ATOM 1 N N . MET A 1 ? 1.5 -2.25 300 1.00 7"]),
    ),
  );
  expect(name).toBe("x");
  expect(places).toEqual([
    [1.5, -2.25, 300],
    [4, 5, 6],
    [7, 8, 9],
  ]);
  expect(numbers).toEqual([7, 8, 20]);
  expect([...occupancies]).toEqual([1, 0.5, 1]);
  expect(notes).toEqual(["x.cif has 2 models: the first is read.", "x.cif: 1 atom of water left out."]);
});

test("alternate places within their residue, whose number may have a letter", () => {
  const { places, occupancies } = read(
    file(
      sites([
        "ATOM 1 C CA A SER A 1 ? 1 0 0 0.25 1",
        "ATOM 2 C CA B SER A 1 ? 2 0 0 0.75 1",
        "ATOM 3 C CA A SER A 1 A 3 0 0 0.5 1",
        "ATOM 4 C CA B SER A 1 A 4 0 0 0.5 1",
      ]),
    ),
  );
  expect(places.map(([x]) => x)).toEqual([2, 3]);
  expect([...occupancies]).toEqual([1, 1]);
});

test("one atom without a loop, and columns of the authors alone, are read; elements are guessed", () => {
  expect(
    read(
      "data_x\n_atom_site.Cartn_x 1\n_atom_site.Cartn_y 2\n_atom_site.Cartn_z 3\n_atom_site.type_symbol C\n_other.x 1\n",
    ).places,
  ).toEqual([[1, 2, 3]]);
  const columns = "auth_atom_id auth_comp_id auth_asym_id label_seq_id Cartn_x Cartn_y Cartn_z";
  const { numbers } = read(
    file(
      sites(
        [
          "CA ALA A 1 1 2 3",
          "CA CA B . 1 2 3",
          "FE HEM C . 1 2 3",
          "HG21 VAL A 2 1 2 3",
          "CAA LIG D . 1 2 3",
          "CL1 LIG D . 1 2 3",
        ],
        columns,
      ),
    ),
  );
  expect(numbers).toEqual([6, 20, 26, 1, 6, 17]);
});

describe("assemblies", () => {
  const operator = (id: string, rotation: string, shift: string) => `${id} ${rotation} ${shift}`;
  const names = [1, 2, 3]
    .flatMap((row) => [1, 2, 3].map((column) => `matrix[${row}][${column}]`))
    .concat("vector[1]", "vector[2]", "vector[3]");
  const operators = `loop_\n_pdbx_struct_oper_list.id\n${names.map((name) => `_pdbx_struct_oper_list.${name}`).join("\n")}\n${[
    operator("1", "1 0 0 0 1 0 0 0 1", "0 0 0"),
    operator("2", "1 0 0 0 1 0 0 0 1", "100 0 0"),
    operator("P", "0 -1 0 1 0 0 0 0 1", "0 0 5"),
  ].join("\n")}\n`;
  const generations = (rows: string) =>
    `loop_\n_pdbx_struct_assembly_gen.assembly_id\n_pdbx_struct_assembly_gen.oper_expression\n_pdbx_struct_assembly_gen.asym_id_list\n${rows}\n`;
  const atoms = sites(["ATOM 1 C CA . ALA A 1 ? 1 0 0 1 1", "ATOM 1 C CA . ALA B 1 ? 2 0 0 1 1"]);
  const whole = file(generations("1 1,2 A,B\n2 (P)(2) B\n2 1\n;A,\nB\n;\n"), operators, atoms);

  test("each part of the first takes its chains through its operators; what stands in brackets is multiplied", () => {
    expect(read(whole).places.map(([x]) => x)).toEqual([1, 2, 101, 102]);
    expect(read(whole, { assembly: 2 }).places).toEqual([
      [0, 102, 5],
      [1, 0, 0],
      [2, 0, 0],
    ]);
    expect(read(whole, { assembly: "none" }).places.map(([x]) => x)).toEqual([1, 2]);
  });

  test("faults name what is wrong", () => {
    expect(() => read(whole, { assembly: 7 })).toThrow("x.cif describes no assembly 7: it has 1, 2.");
    expect(() => read(file(generations("1 9 A"), operators, atoms))).toThrow(
      "assembly 1 names operator 9, which is missing",
    );
    expect(() => read(file(generations("1 (1 A"), operators, atoms))).toThrow(
      'assembly 1 has the operators "(1"',
    );
    expect(() => read(file(operators.replace("100", "?"), atoms))).toThrow(
      "operator 2 of _pdbx_struct_oper_list is not made of numbers",
    );
  });

  test.each([
    ["1", [["1"]]],
    ["1,2,5-7", [["1"], ["2"], ["5"], ["6"], ["7"]]],
    [
      "(X0)(1-2,4)",
      [
        ["X0", "1"],
        ["X0", "2"],
        ["X0", "4"],
      ],
    ],
    [
      "(1-2)(P,Q)",
      [
        ["1", "P"],
        ["1", "Q"],
        ["2", "P"],
        ["2", "Q"],
      ],
    ],
    ["", null],
    ["(1),(2)", null],
    ["1-999999999", null],
  ])("operators %s", (expression, sequences) => {
    expect(operatorSequences(expression)).toEqual(sequences);
  });
});

describe("what cannot be read is said in a sentence", () => {
  const row = "ATOM 1 N N . MET A 1 ? 1.5 -2.25 300 1.00 1";
  test.each([
    ["ATOM", "x.cif is no CIF file: it has no data_ block."],
    ["data_x\n_entry.id x\n", "x.cif has no atoms."],
    [file(sites([row, "ATOM 2 N N"])), "x.cif is truncated: the last row of _atom_site has 4 of 14 values."],
    [
      file(sites([row.replace("-2.25", "two")])),
      'x.cif: Cartn_y in row 1 of _atom_site must be a number, not "two".',
    ],
    [
      file(sites([row.replace("300", "?")])),
      "x.cif: Cartn_z in row 1 of _atom_site must be a number, not missing.",
    ],
    [file("_struct.title\n;never ends"), 'x.cif ends within a text that begins with ";".'],
  ])("%#", (text, sentence) => {
    expect(() => read(text)).toThrow(sentence);
  });

  test("cut anywhere or with bytes changed it reads, or says why not", () => {
    const whole = new TextEncoder().encode(file("_a.b 'x'\n_c.d\n;text\n;\n", sites([row, row])));
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.array(
          fc.tuple(
            fc.nat(whole.length - 1),
            fc.constantFrom(...Array.from("_;'\"#\n ?.(0a\0ÿ", (c) => c.charCodeAt(0))),
          ),
          { maxLength: 5 },
        ),
        (length, changes) => {
          const bytes = whole.slice();
          for (const [at, byte] of changes) bytes[at] = byte;
          try {
            expect(
              readMmcif(bytes.subarray(0, length), "x.cif").positionsAngstrom.every(Number.isFinite),
            ).toBe(true);
          } catch (error) {
            expect(error).toMatchObject({ name: "FormatError" });
          }
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });
});
