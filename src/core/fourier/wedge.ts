import { ComputeError } from "../errors";
import type { Shape3 } from "../volume/shape";
import { halfSpectrumShape } from "./real-fft3";

/** What a tilt series measured: tilts from min to max in degrees about an axis; the rest of Fourier space is missing. */
export interface Wedge {
  readonly minTiltDeg: number;
  readonly maxTiltDeg: number;
  readonly tiltAxis: "x" | "y";
}

// Angles that are equal on paper (45° for kz = kx) stay equal after rounding.
const ANGLE_TOLERANCE_DEG = 1e-9;

/**
 * Returns 1 where the tilt series measured and 0 in the missing wedge, on the half spectrum [nz, ny, nx/2 + 1] in unshifted
 * order. A coefficient is measured if the angle of (kx, kz), in cycles per sample, to the kx axis lies within the tilts (for
 * tilt axis x: of (ky, kz) to the ky axis); the zero frequency is. Symmetric under k → −k: a Nyquist
 * coefficient, whose sign is undefined, is measured if it is for either sign.
 */
export function wedgeMask(shape: Shape3, wedge: Wedge): Uint8Array<ArrayBuffer> {
  const { minTiltDeg, maxTiltDeg, tiltAxis } = wedge;
  if (!(minTiltDeg >= -90 && minTiltDeg < maxTiltDeg && maxTiltDeg <= 90))
    throw new ComputeError(
      "bad-parameter",
      `The tilt range must rise and lie within −90° to 90°, not ${minTiltDeg} to ${maxTiltDeg}.`,
      { minTiltDeg, maxTiltDeg },
    );
  const [nz, ny, nx] = shape;
  const [, , half] = halfSpectrumShape(shape);
  const across = tiltAxis === "y" ? nx : ny;
  const isMeasured = (iAcross: number, iz: number): boolean => {
    const f = frequency(iAcross, across);
    const fz = frequency(iz, nz);
    if (f === 0 && fz === 0) return true;
    const within = (a: number, b: number) => {
      const angleDeg = foldedAngleDeg(a, b);
      return angleDeg >= minTiltDeg - ANGLE_TOLERANCE_DEG && angleDeg <= maxTiltDeg + ANGLE_TOLERANCE_DEG;
    };
    const nyquist = Math.abs(f) === 0.5 || Math.abs(fz) === 0.5;
    return within(f, fz) || (nyquist && within(f, -fz));
  };
  const mask = new Uint8Array(nz * ny * half);
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < half; x++)
        mask[(z * ny + y) * half + x] = isMeasured(tiltAxis === "y" ? x : y, z) ? 1 : 0;
  return mask;
}

/** Returns the frequency of coefficient `index` of `length` in cycles per sample, from above −0.5 to 0.5. */
function frequency(index: number, length: number): number {
  return (2 * index <= length ? index : index - length) / length;
}

/** The angle of (f, fz) to the f axis, of either direction of the line: above −90° to 90°. */
function foldedAngleDeg(f: number, fz: number): number {
  if (f === 0) return 90;
  return (Math.atan(fz / f) * 180) / Math.PI;
}
