import type { Shape3 } from "../volume/shape";
import type { ShellCorrelation } from "./audit-figures";
import { LEAST_COEFFICIENTS, shellResolutions } from "./shell-criteria";
import { type ShellSums, shellCorrelations, shellFrequencies } from "./shell-sums";

/**
 * Returns the correlation of two spectra from their sums over shells, times `sign` (−1 where one of them is inverted), with the
 * resolutions by every criterion in the unit of the voxel size. The σ factor is that of the criterion of that name.
 */
export function shellCorrelation(
  sums: ShellSums,
  sign: number,
  {
    shape,
    voxelSize,
    sigmaFactor,
  }: { readonly shape: Shape3; readonly voxelSize: number; readonly sigmaFactor: number },
): ShellCorrelation {
  const values = shellCorrelations(sums).map((value) => sign * value);
  const counts = sums.counts.subarray(0, -1);
  const frequencies = shellFrequencies(shape, voxelSize);
  return {
    frequencies: [...frequencies],
    values: [...values].map((value, shell) =>
      shell > 0 && counts[shell] >= LEAST_COEFFICIENTS ? value : null,
    ),
    counts: [...counts],
    resolutions: shellResolutions({ frequencies, values, counts }, sigmaFactor),
  };
}
