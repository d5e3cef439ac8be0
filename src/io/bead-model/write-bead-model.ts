import { FormatError } from "../../core/errors";
import type { BeadModel } from "../../core/structure/structure";
import {
  BEADS_HEADER,
  BEADS_HEADER_BYTES,
  BEADS_SIGNATURE,
  BEADS_STEPS,
  BYTES_PER_BEAD,
} from "./bead-model-format";

/**
 * Returns a bead model as the bytes of a `.beads` file. Positions keep a step of 1/32767 of the farthest coordinate, electrons
 * of 1/65535 of the heaviest bead, deviations of 1/255 of their range. Throws "cannot-write" for a model without
 * beads, or with a number that is not finite or, where it is no coordinate, not above 0.
 */
export function writeBeadModel(model: BeadModel): Uint8Array<ArrayBuffer> {
  const { name, positionsAngstrom, electrons, sigmasAngstrom } = model;
  const count = electrons.length;
  if (count === 0) throw new FormatError("cannot-write", `${name} has no beads.`, { name });
  const wrong =
    positionsAngstrom.find((value) => !Number.isFinite(value)) ??
    [...electrons, ...sigmasAngstrom].find((value) => !(value > 0 && Number.isFinite(value)));
  if (wrong !== undefined)
    throw new FormatError("cannot-write", `${name} has a bead with the value ${wrong}.`, { name, wrong });

  const largest = (values: Float32Array) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const extent = largest(positionsAngstrom) || 1;
  const most = largest(electrons);
  const largestSigma = largest(sigmasAngstrom);
  const leastSigma = sigmasAngstrom.reduce((a, b) => Math.min(a, b), largestSigma);
  const sigmaRange = largestSigma - leastSigma || 1;

  const bytes = new Uint8Array(BEADS_HEADER_BYTES + BYTES_PER_BEAD * count);
  bytes.set(new TextEncoder().encode(BEADS_SIGNATURE));
  const view = new DataView(bytes.buffer);
  view.setUint32(BEADS_HEADER.count, count, true);
  view.setFloat32(BEADS_HEADER.extentAngstrom, extent, true);
  view.setFloat32(BEADS_HEADER.mostElectrons, most, true);
  view.setFloat32(BEADS_HEADER.leastSigmaAngstrom, leastSigma, true);
  view.setFloat32(BEADS_HEADER.largestSigmaAngstrom, largestSigma, true);
  for (let i = 0; i < count; i++) {
    const row = BEADS_HEADER_BYTES + BYTES_PER_BEAD * i;
    for (let axis = 0; axis < 3; axis++) {
      const share = positionsAngstrom[3 * i + axis] / extent;
      view.setInt16(row + 2 * axis, Math.round(share * BEADS_STEPS.position), true);
    }
    view.setUint16(row + 6, Math.round((electrons[i] / most) * BEADS_STEPS.electrons), true);
    view.setUint8(row + 8, Math.round(((sigmasAngstrom[i] - leastSigma) / sigmaRange) * BEADS_STEPS.sigma));
  }
  return bytes;
}
