import { expect, it } from "vitest";
import { fillNormal } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { powerSpectrumXz } from "./power-spectrum";

it("for the tilt axis x it is that of the volume with x and y exchanged", () => {
  const [nz, ny, nx]: Shape3 = [8, 9, 10];
  const values = new Float32Array(voxelCount([nz, ny, nx]));
  fillNormal(values, 3, 0);
  const exchanged = values.map((_, i) => {
    const [z, x, y] = [Math.floor(i / (nx * ny)), Math.floor(i / ny) % nx, i % ny];
    return values[(z * ny + y) * nx + x];
  });
  const about = (tiltAxis: "x" | "y", voxels: Float32Array, shape: Shape3) =>
    powerSpectrumXz(voxels, shape, tiltAxis);
  expect(about("x", values, [nz, ny, nx])).toEqual(about("y", exchanged, [nz, nx, ny]));
  expect(about("x", values, [nz, ny, nx])).toMatchObject({ width: ny, height: nz });
});
