import { ComputeError } from "../errors";
import { densityTemplate } from "../structure/density-template";
import type { DensityTemplate, Structure } from "../structure/structure";
import { structureMask } from "../structure/structure-mask";
import type { Operation } from "../task/operation";
import type { ParamSpec } from "../task/params";
import type { TaskContext } from "../task/task";
import type { VolumeRole } from "../volume/volume";

const DENSITY_PARAMS = {
  voxelSizeAngstrom: {
    kind: "number",
    label: "Voxel size",
    help: "Of the result; larger voxels make a smaller and coarser map.",
    default: 10,
    min: 0.5,
    max: 100,
    unit: "Å",
    flag: "voxel-size",
  },
  resolutionAngstrom: {
    kind: "number",
    label: "Resolution",
    help: "To which the density is smoothed, at least two voxels; larger is smoother.",
    default: 20,
    min: 1,
    max: 400,
    unit: "Å",
    flag: "resolution",
  },
  side: {
    kind: "auto-number",
    label: "Side",
    help: "Voxels along x, y and z, an odd number. Automatic: just enough for the whole density.",
    default: null,
    min: 3,
    max: 645,
    step: 2,
  },
  maskLevel: {
    kind: "number",
    label: "Mask level",
    help: "Share of the mean density of the particle at which its mask begins; higher is tighter.",
    default: 0.5,
    min: 0.01,
    max: 3,
    step: 0.05,
  },
  maskDilation: {
    kind: "number",
    label: "Mask dilation",
    help: "Voxels by which the mask grows in every direction.",
    default: 0,
    min: 0,
    max: 32,
    advanced: true,
  },
} as const satisfies ParamSpec;

/** Per voxel: the density, what it is made of, and the mask. */
const BYTES_PER_VOXEL = 13;
const FLOPS_PER_VOXEL = 150;

export interface DensityOutput {
  readonly side: number;
  /** The integral of the map; a map that was read counts by its values. */
  readonly electrons: number;
  readonly maskVoxels: number;
}

/**
 * Puts a structure on a cube of voxels about its centre of mass: writes its density in electrons per Å³, low-passed to a
 * resolution ("map", float32), and the voxels that are the particle ("mask", int8, 1 inside). Throws "bad-parameter" for a
 * resolution below two voxels, which the grid does not hold, and for an even side.
 */
export const DENSITY: Operation<typeof DENSITY_PARAMS, { readonly structure: Structure }, DensityOutput> = {
  id: "density",
  label: "Density of a structure",
  summary: "Makes a density map, and a mask, of an atomic model, a bead model or another map.",
  params: DENSITY_PARAMS,

  estimate(_shape, { side, voxelSizeAngstrom }) {
    const voxels = (side ?? Math.ceil(300 / voxelSizeAngstrom)) ** 3;
    return { bytes: BYTES_PER_VOXEL * voxels, flops: FLOPS_PER_VOXEL * voxels };
  },

  async run({ structure }, params, context) {
    const { voxelSizeAngstrom, resolutionAngstrom, side, maskLevel, maskDilation } = params;
    if (resolutionAngstrom < 2 * voxelSizeAngstrom) {
      const sentence = `The resolution must be at least two voxels (${2 * voxelSizeAngstrom} Å), not ${resolutionAngstrom} Å.`;
      const fields = { name: "resolutionAngstrom", value: resolutionAngstrom };
      throw new ComputeError("bad-parameter", sentence, fields);
    }
    const steps = (done: number, note: string) => context.onProgress({ done, total: 3, note });
    steps(0, "density");
    await context.breathe();
    const options = { voxelSizeAngstrom, resolutionAngstrom, ...(side !== null && { side }) };
    const template = densityTemplate(structure, options);
    steps(1, "mask");
    await context.breathe();
    const mask = structureMask(template, { levelShare: maskLevel, dilationVoxels: maskDilation });
    steps(2, "writing");
    await write(template, "map", template.values, `density at ${resolutionAngstrom} Å`, context);
    await write(template, "mask", mask, "mask", context);
    steps(3, "done");
    let sum = 0;
    for (const value of template.values) sum += value;
    const maskVoxels = mask.reduce((count, inside) => count + inside, 0);
    return { side: template.side, electrons: sum * voxelSizeAngstrom ** 3, maskVoxels };
  },
};

async function write(
  { name, side, voxelSizeAngstrom: size }: DensityTemplate,
  role: Extract<VolumeRole, "map" | "mask">,
  values: Float32Array | Uint8Array,
  what: string,
  context: TaskContext<never>,
): Promise<void> {
  const sink = await context.createVolume({
    role,
    name: `${name}-${role}.mrc`,
    shape: [side, side, side],
    dtype: role === "map" ? "float32" : "int8",
    voxelSizeAngstrom: { x: size, y: size, z: size },
    labels: [`Tomoscope: ${what} of ${name}`],
  });
  for (let z = 0; z < side; z++) {
    await sink.write(values.subarray(z * side * side, (z + 1) * side * side));
    await context.breathe();
  }
  await sink.close();
}
