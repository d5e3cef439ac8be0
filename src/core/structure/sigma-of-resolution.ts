/** A low pass to a resolution d is a Gaussian of this times d: its transform falls to 1/e at the frequency 1/d. */
const SIGMA_PER_RESOLUTION = Math.SQRT1_2 / Math.PI;

/** Returns the deviation, in ångström, of the Gaussian that limits a density to a resolution in ångström. */
export function sigmaOfResolution(resolutionAngstrom: number): number {
  return SIGMA_PER_RESOLUTION * resolutionAngstrom;
}
