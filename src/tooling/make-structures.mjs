// Makes the library of bead models, public/structures: node src/tooling/make-structures.mjs FOLDER [ID …]
// FOLDER holds the maps (10 Å a voxel and, of 3j9i, 5 Å) and GroEL's chain; the same ones give the same bytes.
//
// How much there is. The maps at 10 Å were made from atoms by their atomic number, blurred to a deviation of 6.7 Å (a Gaussian
// of 30 Å); their sum is 0.733 (1s3x) and 0.746 (3qm1) of the sum of the atomic numbers of the chains in the PDB entry, hence
// the scale 1.352. The map of 6qzp has another scale: the atoms of that entry, about 219,000, weigh 3.2 MDa. The 20S
// proteasome is fitted at 5 Å a voxel and has the electrons of its map at 10 Å.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { groelAssembly } from "./groel-assembly.mjs";

const ATOMS = ["--scale", "1.352"];
/** The two complexes of 4v94's asymmetric unit touch; half-way between their centres the density is least. */
const ONE_TRIC = {
  nearer: { x: 44.046, y: 31.743, z: 33.933 },
  than: { x: 27.939, y: 40.09, z: 38.672 },
};

/** id, name, symmetry, number of beads, how much there is; the source is id.mrc.gz unless given. */
const STRUCTURES = [
  {
    id: "3j9i",
    name: "20S proteasome",
    symmetry: "D7",
    beads: 1500,
    amount: ["--electrons", "301592"],
    file: "3j9i_5A.mrc.gz",
  },
  {
    id: "4cr2",
    name: "26S proteasome",
    symmetry: "C1; one cap and half of the core: the entry has no more",
    beads: 1700,
    amount: ATOMS,
  },
  { id: "6qzp", name: "80S ribosome (human)", symmetry: "C1", beads: 2000, amount: ["--mass-kda", "3200"] },
  { id: "4v4r", name: "70S ribosome (bacterial)", symmetry: "C1", beads: 2000, amount: ATOMS },
  { id: "4v4r_30S", name: "30S subunit (bacterial)", symmetry: "C1", beads: 1100, amount: ATOMS },
  { id: "4v4r_50S", name: "50S subunit (bacterial)", symmetry: "C1", beads: 1800, amount: ATOMS },
  {
    id: "4v94",
    name: "TRiC (CCT)",
    symmetry: "pseudo-D8; one of the two complexes of the asymmetric unit",
    beads: 1300,
    amount: ATOMS,
    part: ONE_TRIC,
  },
  { id: "5mrc", name: "mitochondrial ribosome (yeast)", symmetry: "C1", beads: 2000, amount: ATOMS },
  { id: "1oel", name: "GroEL", symmetry: "D7", beads: 1200, amount: [], file: "1oel_A.pdb" },
  { id: "1s3x", name: "Hsp70 ATPase domain", symmetry: "C1", beads: 80, amount: ATOMS },
  { id: "3qm1", name: "cinnamoyl esterase LJ0536", symmetry: "C1", beads: 60, amount: ATOMS },
  {
    id: "3gl1",
    name: "Ssb1 ATPase domain (yeast Hsp70)",
    symmetry: "the two chains of the asymmetric unit",
    beads: 150,
    amount: ATOMS,
  },
  { id: "3h84", name: "Get3", symmetry: "C2", beads: 130, amount: ATOMS },
  { id: "2cg9", name: "Hsp90–Sba1", symmetry: "C2", beads: 260, amount: ATOMS },
  {
    id: "3d2f",
    name: "Sse1p–Hsp70",
    symmetry: "the two complexes of the asymmetric unit",
    beads: 340,
    amount: ATOMS,
  },
  { id: "1u6g", name: "Cand1–Cul1–Roc1", symmetry: "C1", beads: 340, amount: ATOMS },
  {
    id: "3cf3",
    name: "p97/VCP",
    symmetry: "three chains of the hexamer: the asymmetric unit",
    beads: 370,
    amount: ATOMS,
  },
  {
    id: "1bxn",
    name: "Rubisco (Alcaligenes eutrophus)",
    symmetry: "L4S4, half of the whole: the asymmetric unit",
    beads: 400,
    amount: ATOMS,
  },
  {
    id: "1qvr",
    name: "ClpB",
    symmetry: "three chains in the crystal's spiral: the asymmetric unit",
    beads: 420,
    amount: ATOMS,
  },
];

const root = fileURLToPath(new URL("../../", import.meta.url));
const out = join(root, "public/structures");
const indexFile = join(out, "index.json");
const [folder, ...only] = process.argv.slice(2);
if (!folder) {
  console.error("node src/tooling/make-structures.mjs FOLDER [ID …]: the folder of the maps is missing.");
  process.exit(2);
}
mkdirSync(out, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), "structures-"));

function makeModel({ id, name, symmetry, beads, amount, file = `${id}.mrc.gz`, part }) {
  let source = resolve(folder, file);
  const coordinates = file.endsWith(".pdb");
  if (coordinates) {
    const whole = join(scratch, `${id}.pdb`);
    writeFileSync(whole, groelAssembly(readFileSync(source, "utf8")));
    source = whole;
  }
  const points = part && [part.nearer, part.than].flatMap(({ x, y, z }) => [x, y, z]).join();
  const target = join(out, `${id}.beads`);
  const command = [
    join(root, "src/tooling/run-node.mjs"),
    "cli",
    "fit-beads",
    source,
    "--out",
    target,
    "--json",
  ];
  const options = ["--beads", String(beads), ...amount, ...(points ? ["--part", points] : [])];
  const { status, stdout } = spawnSync(process.execPath, [...command, ...options], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) process.exit(1);
  const answer = JSON.parse(stdout);
  console.log(
    `${id}: ${answer.beads} beads, FSC ${answer.fscAt20Angstrom.toFixed(4)} at 20 Å, ${answer.seconds} s`,
  );
  const rounded = (value, digits) => Number(value.toFixed(digits));
  const { x, y, z } = answer.originVoxels;
  return {
    id,
    name,
    pdbId: id.slice(0, 4),
    file: `${id}.beads`,
    beads: answer.beads,
    massKda: rounded(answer.massKda, 1),
    electrons: answer.electrons,
    radiusAngstrom: rounded(answer.radiusAngstrom, 1),
    symmetry,
    source: {
      kind: coordinates ? "coordinates" : "map",
      file,
      voxelSizeAngstrom: answer.voxelSizeAngstrom,
      originVoxels: { x: rounded(x, 4), y: rounded(y, 4), z: rounded(z, 4) },
      ...(part ? { part } : {}),
    },
    fscAt20Angstrom: rounded(answer.fscAt20Angstrom, 4),
    fscAtNyquist: rounded(answer.fscAtNyquist, 4),
    resolutionAt05Angstrom: rounded(answer.resolutionAt05Angstrom, 2),
  };
}

const before = only.length > 0 ? JSON.parse(readFileSync(indexFile, "utf8")) : [];
const entries = STRUCTURES.flatMap((structure) => {
  if (only.length === 0 || only.includes(structure.id)) return [makeModel(structure)];
  return before.filter(({ id }) => id === structure.id);
});
writeFileSync(indexFile, `${JSON.stringify(entries, null, 2)}\n`);
rmSync(scratch, { recursive: true });
