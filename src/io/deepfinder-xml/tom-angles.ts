import { matrixOf, multiply, quaternionOf, rotationAbout } from "../../core/geometry/rotation";
import type { Quaternion } from "../../core/particles/particle-list";

/** The angles of TOM, PyTom and DeepFinder in degrees, in the order of their files. */
export interface TomAngles {
  readonly phi: number;
  readonly psi: number;
  readonly theta: number;
}

const DEGREES = 180 / Math.PI;
/** Below this sine of theta only phi + psi is defined; phi is then 0. */
const GIMBAL_SINE = 1e-7;

/** Returns the rotation reference → tomogram: Rz(psi)·Rx(theta)·Rz(phi). */
export function fromTomAngles({ phi, psi, theta }: TomAngles): Quaternion {
  return quaternionOf(multiply(rotationAbout("z", psi), rotationAbout("x", theta), rotationAbout("z", phi)));
}

/** Returns the angles of a rotation reference → tomogram; theta is in 0…180, phi and psi in −180…180. */
export function toTomAngles(rotation: Quaternion): TomAngles {
  const m = matrixOf(rotation);
  const sine = Math.hypot(m[6], m[7]);
  const theta = Math.atan2(sine, m[8]) * DEGREES;
  if (sine < GIMBAL_SINE) return { phi: 0, psi: Math.atan2(m[3], m[0]) * DEGREES, theta };
  return { phi: Math.atan2(m[6], m[7]) * DEGREES, psi: Math.atan2(m[2], -m[5]) * DEGREES, theta };
}
