import type { AtomicStructure, BeadModel } from "./structure";

/** Returns the electrons of each atom (atomic number × occupancy) or bead. */
export function electronsOf(structure: AtomicStructure | BeadModel): Float32Array {
  if (structure.kind === "beads") return structure.electrons;
  const { atomicNumbers, occupancies } = structure;
  return Float32Array.from(occupancies, (occupancy, i) => occupancy * atomicNumbers[i]);
}
