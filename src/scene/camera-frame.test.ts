import { PerspectiveCamera, Vector3 } from "three";
import { describe, expect, test } from "vitest";
import type { Shape3 } from "../core/volume/shape";
import { framingDistance, lookDirection, middleOfVolume, OBLIQUE_DIRECTION } from "./camera-frame";
import { AXES, PLANE_AXES } from "./slice-plane";

const SHAPE: Shape3 = [13, 170, 230];

function cameraLooking(direction: Vector3, aspect: number): PerspectiveCamera {
  const camera = new PerspectiveCamera(32, aspect, 1, 10_000);
  camera.up.set(0, 0, -1);
  const middle = middleOfVolume(SHAPE);
  camera.position.copy(middle).addScaledVector(direction, -framingDistance(SHAPE, direction, camera));
  camera.lookAt(middle);
  camera.updateMatrixWorld();
  return camera;
}

describe("camera frame", () => {
  test("looking along an axis shows the axes as the slice does: columns to the right, rows downwards", () => {
    for (const axis of AXES) {
      const camera = cameraLooking(lookDirection(axis), 1.5);
      const { column, row } = PLANE_AXES[axis];
      const middle = middleOfVolume(SHAPE);
      const right = middle.clone();
      right[column] += 5;
      const down = middle.clone();
      down[row] += 5;
      expect(right.project(camera).x).toBeGreaterThan(0.001);
      expect(Math.abs(right.y)).toBeLessThan(1e-3);
      expect(down.project(camera).y).toBeLessThan(-0.001);
      expect(Math.abs(down.x)).toBeLessThan(1e-3);
    }
  });

  test("the whole volume is in the picture and nearly fills it, for any aspect", () => {
    for (const direction of [OBLIQUE_DIRECTION, ...AXES.map(lookDirection)]) {
      for (const aspect of [0.4, 1, 2.5]) {
        const camera = cameraLooking(direction, aspect);
        let largest = 0;
        for (let bits = 0; bits < 8; bits++) {
          const corner = new Vector3(
            bits & 1 ? 229.5 : -0.5,
            bits & 2 ? 169.5 : -0.5,
            bits & 4 ? 12.5 : -0.5,
          );
          const { x, y } = corner.project(camera);
          largest = Math.max(largest, Math.abs(x), Math.abs(y));
        }
        expect(largest).toBeLessThan(1);
        expect(largest).toBeGreaterThan(0.9);
      }
    }
  });
});
