import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReadStructureOptions } from "../structure/assembly";
import { readPdb } from "./read-pdb";

interface Site {
  readonly name?: string;
  readonly alternate?: string;
  readonly residueName?: string;
  readonly chain?: string;
  readonly residue?: string;
  readonly at?: readonly [number, number, number];
  readonly occupancy?: string;
  readonly element?: string;
  readonly record?: string;
  readonly serial?: string;
}

function line(site: Site): string {
  const {
    record = "ATOM  ",
    serial = "1",
    name = " CA ",
    alternate = " ",
    residueName = "ALA",
    chain = "A",
  } = site;
  const { residue = "   1 ", at = [1, 2, 3], occupancy = "  1.00", element = " C" } = site;
  const place = at.map((value) => value.toFixed(3).padStart(8)).join("");
  const head = `${record}${serial.padStart(5)} ${name}${alternate}${residueName.padStart(3)} ${chain}${residue}   `;
  return `${head}${place}${occupancy} 20.00          ${element}`;
}

const bytesOf = (...lines: string[]) => new TextEncoder().encode(`${lines.join("\n")}\n`);

function read(lines: string[], options: Pick<ReadStructureOptions, "assembly"> = {}) {
  const notes: string[] = [];
  const structure = readPdb(bytesOf(...lines), "x.pdb.gz", {
    ...options,
    onNote: (note) => notes.push(note),
  });
  return { ...structure, notes, numbers: [...structure.atomicNumbers] };
}

test("an atom's place, element and occupancy; the file's endings are not in the name", () => {
  const atom = line({ at: [-1.5, 20.25, 300.125], occupancy: "  0.50", element: " O" });
  const { name, positionsAngstrom, numbers, occupancies, notes } = read(["HEADER    X", atom, "END"]);
  expect(name).toBe("x");
  expect([...positionsAngstrom]).toEqual([-1.5, 20.25, 300.125]);
  expect(numbers).toEqual([8]);
  expect([...occupancies]).toEqual([0.5]);
  expect(notes).toEqual([]);
});

test("hybrid-36 and overflown serials, Windows line ends, and lines without what follows the coordinates are read", () => {
  const lines = [
    line({ serial: "A0000" }),
    line({ serial: "*****", residue: "A000 " }),
    line({}).slice(0, 54),
  ];
  expect(read(lines.map((text) => `${text}\r`)).numbers).toEqual([6, 6, 6]);
});

test("waters are left out, and said to be", () => {
  const { numbers, notes } = read([line({}), line({ record: "HETATM", residueName: "HOH", name: " O  " })]);
  expect(numbers).toEqual([6]);
  expect(notes).toEqual(["x.pdb.gz: 1 atom of water left out."]);
});

test("only the first model is read", () => {
  const { numbers, notes } = read([
    "MODEL        1",
    line({}),
    "ENDMDL",
    "MODEL        2",
    line({}),
    "ENDMDL",
  ]);
  expect(numbers).toHaveLength(1);
  expect(notes).toEqual(["x.pdb.gz has 2 models: the first is read."]);
});

describe("alternate places", () => {
  const place = (alternate: string, occupancy: string, x: number, rest: Site = {}) =>
    line({ alternate, occupancy, at: [x, 0, 0], ...rest });

  test("the highest occupancy is kept and stands for all", () => {
    const { positionsAngstrom, occupancies, notes } = read([
      place("A", "  0.25", 1),
      place("B", "  0.40", 2),
      place("C", "  0.20", 3),
    ]);
    expect([...positionsAngstrom]).toEqual([2, 0, 0]);
    expect(occupancies[0]).toBeCloseTo(0.85);
    expect(notes).toEqual(["x.pdb.gz: 2 atoms at alternate places left out."]);
  });

  test("the first of equals; other atoms, residues and chains are others", () => {
    const { positionsAngstrom } = read([
      place("A", "  0.50", 1),
      place("B", "  0.50", 2),
      place("B", "  0.50", 3, { name: " CB " }),
      place("B", "  0.50", 4, { residue: "   1A" }),
      place("B", "  0.50", 5, { chain: "B" }),
      place(" ", "  0.50", 6),
    ]);
    expect([...positionsAngstrom].filter((_, i) => i % 3 === 0)).toEqual([1, 3, 4, 5, 6]);
  });
});

test("occupancies: blank is 1, beyond 0 to 1 is cut, and a file of zeros counts as ones", () => {
  const { occupancies } = read(
    ["      ", "  1.50", " -1.00"].map((occupancy, i) => line({ occupancy, residue: `   ${i} ` })),
  );
  expect([...occupancies]).toEqual([1, 1, 0]);
  const zeros = read([line({ occupancy: "  0.00" })]);
  expect([...zeros.occupancies]).toEqual([1]);
  expect(zeros.notes).toEqual(["x.pdb.gz gives every atom occupancy 0: each counts as 1."]);
});

describe("elements", () => {
  test.each([
    [" CA ", "ALA", 6],
    ["CA  ", "CA ", 20],
    // Left-aligned by a careless program: an amino acid has no calcium.
    ["CA  ", "ALA", 6],
    [" CA ", "HEM", 6],
    ["1HB ", "ALA", 1],
    ["HG21", "VAL", 1],
    ["HG  ", "HG ", 80],
    ["HAA1", "LIG", 1],
    [" D  ", "LIG", 1],
    ["2DB ", "ALA", 1],
    ["FE  ", "HEM", 26],
    ["CL1 ", "LIG", 17],
    ["CL12", "LIG", 17],
    ["C10A", "LIG", 6],
    ["SE  ", "MSE", 34],
    [" P  ", "DA ", 15],
    ["NA  ", "NA ", 11],
    [" NA ", "HEM", 7],
    [" OP1", "  G", 8],
    ["ZN  ", "ZN ", 30],
    [" K  ", "  K", 19],
    [" U  ", "URX", 92],
  ])("%s of %s without a column of its own is number %d", (name, residueName, number) => {
    const bare = read([line({ name, residueName, element: "" })]);
    expect(bare.numbers).toEqual([number]);
    expect(bare.notes).toEqual(["x.pdb.gz: 1 atom without an element told by their names."]);
  });

  test("the column counts more than the name, in any case and place; what is no symbol counts as none", () => {
    expect(read([line({ name: "CA  ", residueName: "LIG", element: "Ca" })]).numbers).toEqual([20]);
    expect(read([line({ element: "D " })]).numbers).toEqual([1]);
    expect(read([line({ element: "12" })]).numbers).toEqual([6]);
    const unknown = read([line({ name: " X  ", residueName: "LIG", element: " X" })]);
    expect(unknown.numbers).toEqual([6]);
    expect(unknown.notes).toEqual(["x.pdb.gz: 1 atom of unknown element counted as carbon."]);
  });
});

describe("assemblies", () => {
  const biomt = (n: number, rows: readonly string[]) =>
    rows.map((row, i) => `REMARK 350   BIOMT${i + 1}   ${n}  ${row}`);
  const identity = [
    "1.000000  0.000000  0.000000        0.00000",
    "0.000000  1.000000  0.000000        0.00000",
    "0.000000  0.000000  1.000000        0.00000",
  ];
  const turned = [
    "0.000000 -1.000000  0.000000       10.00000",
    "1.000000  0.000000  0.000000       20.00000",
    "0.000000  0.000000  1.000000       30.00000",
  ];
  const file = [
    "REMARK 350 BIOMOLECULE: 1",
    "REMARK 350 APPLY THE FOLLOWING TO CHAINS: A,",
    "REMARK 350                    AND CHAINS: B",
    ...biomt(1, identity),
    ...biomt(2, turned),
    "REMARK 350 APPLY THE FOLLOWING TO CHAINS: C",
    ...biomt(1, turned),
    "REMARK 350 BIOMOLECULE: 2",
    "REMARK 350 APPLY THE FOLLOWING TO CHAINS: C",
    ...biomt(1, identity),
    ...["A", "B", "C", "D"].map((chain, i) => line({ chain, at: [i + 1, 0, 0] })),
  ];
  const places = (assembly?: number | "none") => {
    const { positionsAngstrom } = read(file, { assembly });
    return Array.from({ length: positionsAngstrom.length / 3 }, (_, i) => [
      ...positionsAngstrom.subarray(3 * i, 3 * i + 3),
    ]);
  };

  test("the first: each group of chains through each of its operators", () => {
    expect(places()).toEqual([
      [1, 0, 0],
      [2, 0, 0],
      [10, 21, 30],
      [10, 22, 30],
      [10, 23, 30],
    ]);
  });
  test("another, and none", () => {
    expect(places(2)).toEqual([[3, 0, 0]]);
    expect(places("none")).toEqual([
      [1, 0, 0],
      [2, 0, 0],
      [3, 0, 0],
      [4, 0, 0],
    ]);
  });
  test("one that is not there, chains without atoms, a damaged operator", () => {
    expect(() => places(3)).toThrow("x.pdb.gz describes no assembly 3: it has 1, 2.");
    expect(() => read([line({})], { assembly: 1 })).toThrow("describes no assembly 1: it has none.");
    expect(() => read([...file.slice(0, 14), line({ chain: "Q" })])).toThrow(
      "Assembly 1 of x.pdb.gz is made of chains that have no atoms",
    );
    expect(() => read([...file.slice(0, 5), ...file.slice(6)])).toThrow(
      /REMARK 350 has no whole operator at "BIOMT/,
    );
  });
});

describe("what cannot be read is said in a sentence", () => {
  test.each([
    [["HEADER    X", "END"], "x.pdb.gz has no atoms."],
    [[line({ residueName: "HOH" })], "x.pdb.gz has no atoms but water."],
    [[line({}), line({}).slice(0, 53)], "x.pdb.gz, line 2: the atom ends before its coordinates do."],
    [
      [line({}).replace("   1.000", "   1.0x0")],
      'x.pdb.gz, line 1: the atom\'s x must be a number, not "1.0x0".',
    ],
  ])("%#", (lines, sentence) => {
    expect(() => read(lines)).toThrow(sentence);
  });

  test("cut anywhere or with bytes changed it reads, or says why not", () => {
    const whole = bytesOf(
      "REMARK 350 BIOMOLECULE: 1",
      line({}),
      line({ residueName: "HOH" }),
      line({ alternate: "A" }),
      "TER",
    );
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 5 }),
        (length, changes) => {
          const bytes = whole.slice();
          for (const [at, byte] of changes) bytes[at] = byte;
          try {
            expect(readPdb(bytes.subarray(0, length), "x.pdb").positionsAngstrom.every(Number.isFinite)).toBe(
              true,
            );
          } catch (error) {
            expect(error).toMatchObject({ name: "FormatError" });
          }
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });
});
