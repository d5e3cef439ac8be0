import { createFidelity, type Fidelity } from "../../core/restore/energies";
import type { MwrKernelSpec } from "../../core/restore/mwr-kernels";
import { createProjection } from "../../core/restore/projection";
import { voxelCount } from "../../core/volume/shape";
import type { GpuVolumes } from "./gpu-volumes";

type Project = (z: GPUBuffer) => Promise<void>;
type Energy = (z: GPUBuffer) => Promise<number>;

/** Returns projection and "l2" of core, for transforms that have no kernels. */
export function hostProjection(
  spec: MwrKernelSpec,
  volumes: GpuVolumes,
): { readonly project: Project; readonly meanSquare: Energy } {
  const projection = createProjection(spec);
  return {
    async project(z) {
      const values = await volumes.read(z);
      await projection.project(values, spec.breathe);
      volumes.load(values, z);
    },
    meanSquare: async (z) => projection.meanSquare(await volumes.read(z)),
  };
}

/** Returns the energies of core other than "l2", of volumes that `project` degrades; it takes a volume. */
export function hostEnergy({ energy, shape }: MwrKernelSpec, volumes: GpuVolumes, project: Project): Energy {
  const scratch = volumes.allocate();
  const projected = async (values: Float32Array): Promise<Float32Array> => {
    volumes.load(values, scratch);
    await project(scratch);
    return volumes.read(scratch);
  };
  let compared: { readonly measured: Float32Array; readonly fidelity: Fidelity } | null = null;
  const compare = async () => {
    const measured = await projected(new Float32Array(voxelCount(shape)));
    return { measured, fidelity: createFidelity(energy, measured) };
  };
  return async (z) => {
    compared ??= await compare();
    const { measured, fidelity } = compared;
    const values = await volumes.read(z);
    const replaced = await projected(values);
    // What the projection took away is the sample's sampled part, and what it put there the measured one's.
    return fidelity(values.map((value, i) => value - replaced[i] + measured[i]));
  };
}
