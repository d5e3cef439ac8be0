import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { mrcFixture } from "../../testing/mrc-fixture";
import { writeBeadModel } from "../bead-model/write-bead-model";
import { memorySource } from "../source/memory-source";
import { openStructure } from "./open-structure";

const PDB = "HEADER    X\nATOM      1  CA  ALA A   1       1.000   2.000   3.000  1.00 20.00           C\n";
const CIF =
  "# made by hand\ndata_X\nloop_\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n_atom_site.type_symbol\n1 2 3 C\n";
const text = (content: string) => new TextEncoder().encode(content);
const open = (bytes: Uint8Array, name: string) => openStructure(memorySource(bytes, name));

describe("what the content shows counts more than the name", () => {
  test.each([
    ["a.pdb", PDB],
    ["pdb1abc.ent", PDB],
    ["a.pdb1", PDB],
    ["a.txt", PDB],
    ["a.cif", PDB],
    ["a.cif", CIF],
    ["a.mmcif", CIF],
    ["a.pdb", CIF],
    ["a", CIF],
  ])("%s: %#", async (name, content) => {
    const structure = await open(text(content), name);
    expect(structure).toMatchObject({ kind: "atoms", positionsAngstrom: new Float32Array([1, 2, 3]) });
    const packed = await open(gzipSync(text(content)), `${name}.gz`);
    expect(packed).toMatchObject({ kind: "atoms", name: structure.name });
  });
});

const map = (header: Parameters<typeof mrcFixture>[0]["header"] = {}, first = 1) =>
  mrcFixture({
    mode: 2,
    fileShape: [2, 3, 4],
    values: Array.from({ length: 24 }, (_, i) => (i === 0 ? first : i)),
    header: { cellX: 16, cellY: 12, cellZ: 8, ...header },
  });

describe("maps", () => {
  test("are read whole with their one voxel size, packed too", async () => {
    const expected = { kind: "map", name: "a", shape: [2, 3, 4], voxelSizeAngstrom: 4 };
    expect(await open(map(), "a.map")).toMatchObject(expected);
    const packed = await open(gzipSync(map()), "a.mrc.gz");
    expect(packed).toMatchObject(expected);
    expect(packed.kind === "map" && packed.values[23]).toBe(23);
  });
  test("without one voxel size, or with a voxel that is no number, are refused", async () => {
    await expect(open(map({ cellZ: 16 }), "a.mrc")).rejects.toThrow(
      "a.mrc has voxels of 4 × 4 × 8 Å: a map needs one size",
    );
    await expect(open(map({ cellX: 0, cellY: 0, cellZ: 0 }), "a.mrc")).rejects.toThrow(
      "a map needs one size",
    );
    await expect(open(map({}, Number.NaN), "a.mrc")).rejects.toThrow(
      "a.mrc has a voxel that is no number at x 0, y 0, z 0.",
    );
    await expect(open(map().slice(0, 1100), "a.mrc")).rejects.toThrow("truncated");
  });
});

test("bead models are read by their ending", async () => {
  const model = {
    kind: "beads",
    name: "a",
    positionsAngstrom: Float32Array.of(1, 2, 3),
    electrons: Float32Array.of(5),
    sigmasAngstrom: Float32Array.of(6),
  } as const;
  expect(await open(writeBeadModel(model), "a.beads")).toMatchObject({ kind: "beads" });
});

describe("other files are refused in a sentence that names them", () => {
  test.each([
    ["a.pdb", "", "a.pdb is empty."],
    ["a.pdb", "<!doctype html><html>not found</html>", "a.pdb has no atoms."],
    ["a.cif", "<!doctype html><html>not found</html>", "a.cif is no CIF file: it has no data_ block."],
    ["a.png", "\x89PNG\r\n", "a.png is a PNG image, no structure"],
    ["a.doc", "Dear all,", "a.doc is a text file, no structure"],
    ["a.cif", "data_x\n_entry.id x\n", "a.cif has no atoms."],
    ["a.beads", "PNG", "a.beads is no bead model"],
  ])("%s: %#", async (name, content, sentence) => {
    const bytes = Uint8Array.from(content, (character) => character.charCodeAt(0));
    await expect(open(bytes, name)).rejects.toThrow(sentence);
    await expect(open(bytes, name)).rejects.toMatchObject({ name: "FormatError" });
  });
});
