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
 * Returns the bead model in the bytes of a `.beads` file. Throws "not-this-format" without its signature, "bad-header" for a
 * field that cannot be, "truncated" where beads are missing, each naming the file.
 */
export function readBeadModel(bytes: Uint8Array, name: string): BeadModel {
  const signature = new TextDecoder("latin1").decode(bytes.subarray(0, BEADS_SIGNATURE.length));
  if (signature !== BEADS_SIGNATURE) {
    const other = signature.slice(0, -1) === BEADS_SIGNATURE.slice(0, -1);
    const sentence = other
      ? `${name} is a bead model of version ${signature.slice(-1)}; Tomoscope reads version ${BEADS_SIGNATURE.slice(-1)}.`
      : `${name} is no bead model: it does not begin with ${BEADS_SIGNATURE}.`;
    throw new FormatError(other ? "unsupported" : "not-this-format", sentence, { name });
  }
  if (bytes.length < BEADS_HEADER_BYTES)
    throw new FormatError("truncated", `${name} is truncated: it ends within its header.`, { name });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const field = (which: Exclude<keyof typeof BEADS_HEADER, "count">): number => {
    const value = view.getFloat32(BEADS_HEADER[which], true);
    if (value > 0 && Number.isFinite(value)) return value;
    throw new FormatError("bad-header", `${name}: ${which} must be above 0, not ${value}.`, { which, value });
  };
  const extent = field("extentAngstrom");
  const most = field("mostElectrons");
  const leastSigma = field("leastSigmaAngstrom");
  const sigmaRange = field("largestSigmaAngstrom") - leastSigma;
  if (sigmaRange < 0)
    throw new FormatError("bad-header", `${name}: the least deviation is above the largest.`, { name });
  const count = view.getUint32(BEADS_HEADER.count, true);
  const length = BEADS_HEADER_BYTES + BYTES_PER_BEAD * count;
  if (count === 0) throw new FormatError("bad-header", `${name} has no beads.`, { name });
  if (bytes.length < length) {
    const sentence = `${name} is truncated: ${count} beads take ${length} bytes, and there are ${bytes.length}.`;
    throw new FormatError("truncated", sentence, { count, length: bytes.length });
  }

  const rows = (at: (row: number) => number) =>
    Float32Array.from({ length: count }, (_, i) => at(BEADS_HEADER_BYTES + BYTES_PER_BEAD * i));
  return {
    kind: "beads",
    name,
    positionsAngstrom: Float32Array.from({ length: 3 * count }, (_, i) => {
      const at = BEADS_HEADER_BYTES + BYTES_PER_BEAD * Math.floor(i / 3) + 2 * (i % 3);
      return (view.getInt16(at, true) / BEADS_STEPS.position) * extent;
    }),
    electrons: rows((row) => (view.getUint16(row + 6, true) / BEADS_STEPS.electrons) * most),
    sigmasAngstrom: rows((row) => leastSigma + (view.getUint8(row + 8) / BEADS_STEPS.sigma) * sigmaRange),
  };
}
