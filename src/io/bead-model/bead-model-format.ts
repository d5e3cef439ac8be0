/**
 * A `.beads` file, little-endian: the header below, then for each bead a row of 9 bytes: x, y, z as int16 in 32767ths of the
 * extent, the electrons as uint16 in 65535ths of the most, the deviation as uint8 from the least (0) to the largest (255).
 * The last character of the signature is the version.
 */
export const BEADS_SIGNATURE = "TSBEADS1";

/** Offsets of the header's fields after the signature: the count is a uint32, the others are float32. */
export const BEADS_HEADER = {
  count: 8,
  extentAngstrom: 12,
  mostElectrons: 16,
  leastSigmaAngstrom: 20,
  largestSigmaAngstrom: 24,
} as const;

export const BEADS_HEADER_BYTES = 28;
export const BYTES_PER_BEAD = 9;

/** The largest whole numbers that stand for a position at the extent, the most electrons, the largest deviation. */
export const BEADS_STEPS = { position: 32_767, electrons: 65_535, sigma: 255 } as const;
