/** Of the atoms that models have, hydrogens not among them: 0.462 in protein (PDB 1s3x, 3qm1, 1oel), 0.480 in RNA. */
export const ELECTRONS_PER_DALTON = 0.465;
