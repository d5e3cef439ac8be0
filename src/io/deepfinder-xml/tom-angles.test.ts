import fc from "fast-check";
import { expect, test } from "vitest";
import { matrixOf } from "../../core/geometry/rotation";
import { fromTomAngles, toTomAngles } from "./tom-angles";

const close = (values: readonly number[], digits = 8) => values.map((value) => expect.closeTo(value, digits));

// Golden: scipy 1.17 Rotation.from_euler("zxz", [phi, theta, psi], degrees=True), row by row.
test.each([
  [
    { phi: 30, psi: -70, theta: 50 },
    [
      0.59820952, 0.352088995, -0.71984631, -0.703874526, 0.6602388, -0.26200263, 0.383022222, 0.663413948,
      0.64278761,
    ],
  ],
  [
    { phi: -142, psi: 20, theta: 83 },
    [
      -0.71482603, 0.611378228, 0.339470777, -0.340020932, 0.120325853, -0.932688294, -0.611072428,
      -0.782137041, 0.121869343,
    ],
  ],
])("TOM angles %o give scipy's matrix, and come back", (angles, matrix) => {
  const q = fromTomAngles(angles);
  expect(matrixOf(q)).toEqual(close(matrix));
  const back = toTomAngles(q);
  expect([back.phi, back.psi, back.theta]).toEqual(close([angles.phi, angles.psi, angles.theta], 6));
});

test("any angles and their way back are one rotation, at the poles too", () => {
  const angle = fc.constantFrom(-180, -90, -37.5, 0, 12.25, 90, 180);
  const theta = fc.constantFrom(0, 1e-9, 33, 90, 179.99, 180);
  fc.assert(
    fc.property(angle, theta, angle, (phi, t, psi) => {
      const q = fromTomAngles({ phi, psi, theta: t });
      expect(matrixOf(fromTomAngles(toTomAngles(q)))).toEqual(close(matrixOf(q), 6));
    }),
    { seed: 2 },
  );
});
