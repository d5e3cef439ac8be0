import fc from "fast-check";
import { expect, test } from "vitest";
import { matrixOf } from "../../core/geometry/rotation";
import { fromRelionAngles, relionQuaternion, toRelionAngles } from "./relion-angles";

const close = (values: readonly number[], digits = 8) => values.map((value) => expect.closeTo(value, digits));

// Golden: inverse of scipy 1.17 Rotation.from_euler("ZYZ", [rot, tilt, psi], degrees=True), row by row.
test.each([
  [
    { rot: 137.7, tilt: 1.1777, psi: 42.727 },
    [
      -0.999857456, -0.007556923, -0.015098347, 0.007346477, -0.999875768, 0.013945532, -0.015201856,
      0.013832625, 0.999788759,
    ],
  ],
  [
    { rot: -93.56463, tilt: 145.483476, psi: 77.254124 },
    [
      0.984773778, 0.120794612, -0.125017073, 0.170233374, -0.815821408, 0.552680766, -0.035230745,
      -0.565547604, -0.823962804,
    ],
  ],
])("RELION angles %o give scipy's matrix, and come back", (angles, matrix) => {
  expect(fromRelionAngles(angles)).toEqual(close(matrix));
  const back = toRelionAngles(relionQuaternion(angles));
  expect([back.rot, back.tilt, back.psi]).toEqual(close([angles.rot, angles.tilt, angles.psi], 6));
});

test("the matrix is that of RELION's own formula (Heymann 2005, ZYZ)", () => {
  const [rot, tilt, psi] = [25, 70, -110];
  const [ca, cb, cg] = [rot, tilt, psi].map((angle) => Math.cos((angle * Math.PI) / 180));
  const [sa, sb, sg] = [rot, tilt, psi].map((angle) => Math.sin((angle * Math.PI) / 180));
  expect(fromRelionAngles({ rot, tilt, psi })).toEqual(
    close([
      cg * cb * ca - sg * sa,
      cg * cb * sa + sg * ca,
      -cg * sb,
      -sg * cb * ca - cg * sa,
      -sg * cb * sa + cg * ca,
      sg * sb,
      sb * ca,
      sb * sa,
      cb,
    ]),
  );
});

test("any angles and their way back are one rotation, at the poles too", () => {
  const angle = fc.constantFrom(-180, -90, -37.5, 0, 12.25, 90, 180);
  const tilt = fc.constantFrom(0, 1e-9, 33, 90, 179.99, 180);
  fc.assert(
    fc.property(angle, tilt, angle, (rot, t, psi) => {
      const q = relionQuaternion({ rot, tilt: t, psi });
      expect(matrixOf(relionQuaternion(toRelionAngles(q)))).toEqual(close(matrixOf(q), 6));
    }),
    { seed: 2 },
  );
});
