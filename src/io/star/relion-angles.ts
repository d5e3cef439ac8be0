import { type Matrix3, matrixOf, multiply, quaternionOf, rotationAbout } from "../../core/geometry/rotation";
import type { Quaternion } from "../../core/particles/particle-list";

/** RELION's angles in degrees. */
export interface RelionAngles {
  readonly rot: number;
  readonly tilt: number;
  readonly psi: number;
}

const DEGREES = 180 / Math.PI;
/** Below this sine of the tilt only rot + psi is defined; rot is then 0. */
const GIMBAL_SINE = 1e-7;

/** Returns the rotation reference → tomogram of RELION's angles: Rz(−psi)·Ry(−tilt)·Rz(−rot). */
export function fromRelionAngles({ rot, tilt, psi }: RelionAngles): Matrix3 {
  return multiply(rotationAbout("z", -psi), rotationAbout("y", -tilt), rotationAbout("z", -rot));
}

/** Returns RELION's angles of a rotation reference → tomogram; tilt is in 0…180, rot and psi in −180…180. */
export function toRelionAngles(rotation: Quaternion): RelionAngles {
  const m = matrixOf(rotation);
  const sine = Math.hypot(m[6], m[7]);
  const tilt = Math.atan2(sine, m[8]) * DEGREES;
  if (sine < GIMBAL_SINE) return { rot: 0, tilt, psi: Math.atan2(m[1], m[4]) * DEGREES };
  return { rot: Math.atan2(m[7], m[6]) * DEGREES, tilt, psi: Math.atan2(m[5], -m[2]) * DEGREES };
}

/** Returns the rotation reference → tomogram as a quaternion, of two sets of angles the second of which acts first. */
export function relionQuaternion(...angles: readonly RelionAngles[]): Quaternion {
  return quaternionOf(multiply(...angles.map(fromRelionAngles)));
}
