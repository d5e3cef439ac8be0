import { type PerspectiveCamera, Vector3 } from "three";
import type { Axis, Shape3 } from "../core/volume/shape";

/** Looking along an axis shows what the slice perpendicular to it shows: the same axis to the right and downwards. */
const LOOK_DIRECTIONS: Readonly<Record<Axis, Vector3>> = {
  // The camera's up is -z; the small share of -y along z says which way is up from above.
  z: new Vector3(0, -1e-4, 1).normalize(),
  y: new Vector3(0, -1, 0),
  x: new Vector3(1, 0, 0),
};

/** The first view: from above, with x to the right and y towards the viewer. */
export const OBLIQUE_DIRECTION = new Vector3(0.42, -0.75, 0.62).normalize();

const FRAME_SHARE = 0.92;

export function lookDirection(axis: Axis): Vector3 {
  return LOOK_DIRECTIONS[axis];
}

/** Returns the middle of a volume in voxels. */
export function middleOfVolume([nz, ny, nx]: Shape3): Vector3 {
  return new Vector3((nx - 1) / 2, (ny - 1) / 2, (nz - 1) / 2);
}

/**
 * Returns how far from the middle of a volume a camera must stand, looking along `direction` with -z upwards, so that the
 * whole volume is in the picture.
 */
export function framingDistance(shape: Shape3, direction: Vector3, camera: PerspectiveCamera): number {
  const tanUp = Math.tan((camera.fov * Math.PI) / 360) * FRAME_SHARE;
  const tanRight = tanUp * camera.aspect;
  const right = new Vector3().crossVectors(direction, new Vector3(0, 0, -1)).normalize();
  const up = new Vector3().crossVectors(right, direction);
  const [nz, ny, nx] = shape;
  let distance = 0;
  for (let bits = 0; bits < 8; bits++) {
    const corner = new Vector3(bits & 1 ? nx : -nx, bits & 2 ? ny : -ny, bits & 4 ? nz : -nz).divideScalar(2);
    const depth = corner.dot(direction);
    distance = Math.max(
      distance,
      Math.abs(corner.dot(right)) / tanRight - depth,
      Math.abs(corner.dot(up)) / tanUp - depth,
    );
  }
  return distance;
}
