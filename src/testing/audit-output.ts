import { createReferenceFourier3 } from "../core/fourier/fourier3";
import { wedgeMask } from "../core/fourier/wedge";
import { AUDIT, type AuditInputs } from "../core/operations/audit";
import type { AuditOutput } from "../core/operations/audit-output";
import type { Provenance } from "../core/task/operation";
import { checkParams } from "../core/task/params";
import { arrayVolume } from "../core/volume/array-volume";
import type { Shape3 } from "../core/volume/shape";
import { barrel, degrade } from "./degrade";

const SHAPE: Shape3 = [16, 12, 20];

/** Returns the audit of a small restoration that filled half of the wedge, with a reference and a deviation if `isReferred`. */
export async function smallAudit(
  isReferred: boolean,
): Promise<{ readonly output: AuditOutput; readonly provenance: Provenance }> {
  const measured = wedgeMask(SHAPE, { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" });
  const structure = barrel(SHAPE);
  const original = degrade(structure, SHAPE, measured, 0.1, 1);
  const missing = measured.map((value) => 1 - value);
  const filled = degrade(structure, SHAPE, missing, 0, 0);
  const volume = (values: Float32Array, name: string) =>
    arrayVolume(
      {
        name,
        shape: SHAPE,
        dtype: "float32",
        voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
        originAngstrom: { x: 0, y: 0, z: 0 },
        warnings: [],
      },
      values,
    );
  const params = checkParams(AUDIT.params, {});
  const inputs = {
    original: volume(original, "cell.mrc"),
    restored: volume(
      original.map((value, i) => value + 0.5 * filled[i]),
      "cell-restored.mrc",
    ),
    place: { x: 0, y: 0, z: 0 },
    reference: isReferred ? volume(structure, "truth.mrc") : null,
    std: isReferred ? volume(new Float32Array(structure.length).fill(0.1), "cell-std.mrc") : null,
    backend: {
      createFourier3: async (shape: Shape3) => createReferenceFourier3(shape),
    } as AuditInputs["backend"],
  };
  const output = await AUDIT.run(inputs, params, {
    signal: new AbortController().signal,
    onProgress() {},
    breathe: async () => {},
    createVolume: async () => ({ write: async () => {}, close: async () => {} }),
  });
  return {
    output,
    provenance: {
      operation: "audit",
      params,
      inputs: ["cell.mrc", "cell-restored.mrc"],
      backend: "Reference",
      version: "1.2.3",
      seconds: 0.5,
    },
  };
}
