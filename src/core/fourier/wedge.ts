import { ComputeError } from "../errors";
import type { Shape3 } from "../volume/shape";
import { halfSpectrumShape } from "./real-fft3";

/** What a tilt series measured: tilts from min to max in degrees about an axis; the rest of Fourier space is missing. */
export interface Wedge {
  readonly minTiltDeg: number;
  readonly maxTiltDeg: number;
  readonly tiltAxis: "x" | "y";
}

/** How what was measured ends: weights rise from 0 at the border of the missing wedge to 1 this far within. */
export interface SoftEdge {
  readonly width: number;
  /** Coefficients are steps of the discrete transform, across the border. */
  readonly unit: "degrees" | "coefficients";
}

// Angles that are equal on paper (45° for kz = kx) stay equal after rounding.
const ANGLE_TOLERANCE_DEG = 1e-9;
const RADIANS = Math.PI / 180;

/**
 * Returns 1 where the tilt series measured and 0 in the missing wedge, on the half spectrum [nz, ny, nx/2 + 1] in unshifted
 * order. A coefficient is measured if the angle of (kx, kz), in cycles per sample, to the kx axis lies within the tilts (for
 * tilt axis x: of (ky, kz) to the ky axis); the zero frequency is. Symmetric under k → −k: a Nyquist
 * coefficient, whose sign is undefined, is measured if it is for either sign. Throws "bad-parameter" for a range that does not
 * rise or lies beyond ±90°.
 */
export function wedgeMask(shape: Shape3, wedge: Wedge): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(wedgeWeights(shape, [wedge]));
}

/**
 * Returns how much of each coefficient was measured by at least one of several tilt series (a dual axis: one about y and one
 * about x), from 0 to 1: `wedgeMask` of each, with a soft edge if one is given, and the largest of them. Costs one weight for
 * each (k across the axis, kz) and series, and the memory of the result.
 */
export function wedgeWeights(
  shape: Shape3,
  wedges: readonly Wedge[],
  edge: SoftEdge | null = null,
): Float32Array<ArrayBuffer> {
  const [nz, ny, half] = halfSpectrumShape(shape);
  const weights = new Float32Array(nz * ny * half);
  for (const wedge of wedges) {
    checkWedge(wedge);
    const isAboutY = wedge.tiltAxis === "y";
    const [across, length] = isAboutY ? [half, shape[2]] : [ny, ny];
    for (let z = 0; z < nz; z++) {
      const ofRow = Float32Array.from({ length: across }, (_, i) =>
        weightAt(wedge, edge, [i, length], [z, nz]),
      );
      for (let y = 0, at = z * ny * half; y < ny; y++)
        for (let x = 0; x < half; x++, at++) weights[at] = Math.max(weights[at], ofRow[isAboutY ? x : y]);
    }
  }
  return weights;
}

/** Returns what tilts about an axis measured: the range between the least and the largest. Throws "bad-input" where they are all one. */
export function wedgeOfTilts(tiltsDeg: readonly number[], tiltAxis: Wedge["tiltAxis"]): Wedge {
  const minTiltDeg = Math.max(-90, Math.min(...tiltsDeg));
  const maxTiltDeg = Math.min(90, Math.max(...tiltsDeg));
  if (minTiltDeg < maxTiltDeg) return { minTiltDeg, maxTiltDeg, tiltAxis };
  const sentence = `A tilt series needs two different tilts or more, not ${tiltsDeg.join(", ") || "none"}.`;
  throw new ComputeError("bad-input", sentence, { tiltsDeg });
}

function checkWedge({ minTiltDeg, maxTiltDeg }: Wedge): void {
  if (minTiltDeg >= -90 && minTiltDeg < maxTiltDeg && maxTiltDeg <= 90) return;
  throw new ComputeError(
    "bad-parameter",
    `The tilt range must rise and lie within −90° to 90°, not ${minTiltDeg} to ${maxTiltDeg}.`,
    { minTiltDeg, maxTiltDeg },
  );
}

/** A coefficient along one axis: its index, and the number of them. */
type AlongAxis = readonly [index: number, length: number];

function weightAt(wedge: Wedge, edge: SoftEdge | null, across: AlongAxis, alongZ: AlongAxis): number {
  const [f, fz] = [frequency(across), frequency(alongZ)];
  if (f === 0 && fz === 0) return 1;
  const lengths = [across[1], alongZ[1]] as const;
  const weight = weightOf(wedge, edge, f, fz, lengths);
  const isNyquist = Math.abs(f) === 0.5 || Math.abs(fz) === 0.5;
  return isNyquist ? Math.max(weight, weightOf(wedge, edge, f, -fz, lengths)) : weight;
}

function weightOf(
  { minTiltDeg, maxTiltDeg }: Wedge,
  edge: SoftEdge | null,
  f: number,
  fz: number,
  lengths: readonly [across: number, z: number],
): number {
  const angleDeg = foldedAngleDeg(f, fz);
  const isWithin =
    angleDeg >= minTiltDeg - ANGLE_TOLERANCE_DEG && angleDeg <= maxTiltDeg + ANGLE_TOLERANCE_DEG;
  if (!isWithin) return 0;
  const hasNoBorder = minTiltDeg === -90 && maxTiltDeg === 90;
  if (!edge || edge.width <= 0 || hasNoBorder) return 1;
  const inside =
    edge.unit === "degrees"
      ? Math.min(angleDeg - minTiltDeg, maxTiltDeg - angleDeg)
      : Math.min(...[minTiltDeg, maxTiltDeg].map((tilt) => coefficientsFrom(tilt, f, fz, lengths)));
  return Math.sin((Math.PI / 2) * Math.min(1, Math.max(0, inside / edge.width))) ** 2;
}

/** How far a frequency lies from the line at `tiltDeg`, in steps of the discrete transform. */
function coefficientsFrom(
  tiltDeg: number,
  f: number,
  fz: number,
  [across, z]: readonly [across: number, z: number],
): number {
  const [dx, dz] = [across * Math.cos(tiltDeg * RADIANS), z * Math.sin(tiltDeg * RADIANS)];
  return Math.abs(dx * z * fz - dz * across * f) / Math.hypot(dx, dz);
}

/** Returns the frequency of a coefficient in cycles per sample, from above −0.5 to 0.5. */
function frequency([index, length]: AlongAxis): number {
  return (2 * index <= length ? index : index - length) / length;
}

/** The angle of (f, fz) to the f axis, of either direction of the line: above −90° to 90°. */
function foldedAngleDeg(f: number, fz: number): number {
  if (f === 0) return 90;
  return Math.atan(fz / f) / RADIANS;
}
