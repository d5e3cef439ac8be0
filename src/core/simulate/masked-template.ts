import { ComputeError } from "../errors";
import { gaussianDensity, sigmaOfResolution } from "../structure/gaussian-density";
import type { Structure } from "../structure/structure";
import type { MaskedTemplate } from "./shapes";

/** Returns a structure as a template with its mask. */
export function maskedTemplate(
  structure: Structure,
  { voxelSizeAngstrom, resolutionAngstrom }: { voxelSizeAngstrom: number; resolutionAngstrom: number },
): MaskedTemplate {
  if (structure.kind !== "beads") throw new ComputeError("bad-input", `${structure.name} is no bead model.`);
  const blur = sigmaOfResolution(resolutionAngstrom);
  const sigmasAngstrom = structure.sigmasAngstrom.map((sigma) => Math.hypot(sigma, blur));
  let reach = 0;
  structure.positionsAngstrom.forEach((_, i, p) => {
    if (i % 3 === 0)
      reach = Math.max(reach, Math.hypot(p[i], p[i + 1], p[i + 2]) + 4 * sigmasAngstrom[i / 3]);
  });
  const side = 2 * Math.ceil(reach / voxelSizeAngstrom) + 1;
  const gaussians = {
    positionsAngstrom: structure.positionsAngstrom,
    integrals: structure.electrons,
    sigmasAngstrom,
  };
  const values = gaussianDensity(gaussians, side, voxelSizeAngstrom);
  const peak = values.reduce((a, b) => Math.max(a, b), 0);
  return {
    template: { name: structure.name, values, side, voxelSizeAngstrom },
    mask: Uint8Array.from(values, (value) => (value > 0.25 * peak ? 1 : 0)),
  };
}
