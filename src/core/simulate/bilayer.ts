/**
 * The profile of a lipid bilayer as a sum of Gaussians across it: head groups ±19 Å from the middle (38 Å from head to head in
 * fluid phase: Nagle & Tristram-Nagle 2000, doi 10.1016/S0304-4157(00)00016-2), and little between them, where the chains are
 * hardly denser than the ice around.
 */
const LAYERS = [
  { atAngstrom: -19, sigmaAngstrom: 4, electronsPerAngstrom2: 3.4 },
  { atAngstrom: 19, sigmaAngstrom: 4, electronsPerAngstrom2: 3.4 },
  { atAngstrom: -9.5, sigmaAngstrom: 7, electronsPerAngstrom2: 0.65 },
  { atAngstrom: 9.5, sigmaAngstrom: 7, electronsPerAngstrom2: 0.65 },
] as const;

/** From the middle to where the heads end: what is labelled membrane. */
export const BILAYER_HALF_THICKNESS_ANGSTROM = 25;

/** A Gaussian has fallen to 3·10⁻⁴ there. */
const REACH_SIGMAS = 4;

export interface Bilayer {
  /** Beyond this distance from the middle there is nothing. */
  readonly reachAngstrom: number;
  /** The density in electrons per Å³ at a distance from the middle. */
  density(distanceAngstrom: number): number;
}

/** Returns a bilayer that a Gaussian of the deviation given has blurred. */
export function blurredBilayer(blurAngstrom: number): Bilayer {
  const layers = LAYERS.map(({ atAngstrom, sigmaAngstrom, electronsPerAngstrom2 }) => {
    const sigma = Math.hypot(sigmaAngstrom, blurAngstrom);
    return { at: atAngstrom, sigma, height: electronsPerAngstrom2 / (Math.sqrt(2 * Math.PI) * sigma) };
  });
  return {
    reachAngstrom: Math.max(...layers.map(({ at, sigma }) => Math.abs(at) + REACH_SIGMAS * sigma)),
    density: (distance) =>
      layers.reduce(
        (sum, { at, sigma, height }) => sum + height * Math.exp(-0.5 * ((distance - at) / sigma) ** 2),
        0,
      ),
  };
}
