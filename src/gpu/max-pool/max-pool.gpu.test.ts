import { afterAll, describe, expect, it } from "vitest";
import { fillNormal } from "../../core/random/philox";
import { featureMap, runAndRead } from "../../testing/gpu-buffers";
import { testGpu } from "../../testing/node-webgpu";
import { createMaxPool } from "./max-pool";

describe.skipIf(!testGpu)("max-pool on the GPU", () => {
  const device = testGpu?.device as GPUDevice;
  afterAll(() => device?.destroy());

  it("gives the largest of 2×2×2, negative values too, of a box with an odd corner", async () => {
    const [nz, ny, nx, channels] = [7, 9, 27, 12];
    const values = new Float32Array(nz * ny * nx * channels);
    fillNormal(values, 5, 0);
    for (let i = 0; i < values.length; i++) values[i] -= 3;
    const map = featureMap(device, [nz, ny, nx], channels, values);
    const input = { ...map, box: { z0: 1, y0: 1, x0: 1, z1: nz + 1, y1: ny + 1, x1: nx + 1 } };
    const output = {
      ...featureMap(device, [3, 4, 13], channels),
      box: { z0: 1, y0: 1, x0: 1, z1: 4, y1: 5, x1: 14 },
    };
    const pool = await createMaxPool(device);
    const found = await runAndRead(device, [pool.run(input, output)], output.buffer, 3 * 4 * 13 * channels);
    const expected = found.map((_, i) => {
      const voxel = Math.floor(i / channels);
      const [z, y, x] = [Math.floor(voxel / 52), Math.floor(voxel / 13) % 4, voxel % 13];
      // Output voxel p covers 2p and 2p + 1 of the grid; the input starts at 1 on it.
      const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((corner) => {
        const [dz, dy, dx] = [corner >> 2, (corner >> 1) & 1, corner & 1];
        const index = ((2 * z + 1 + dz) * ny + 2 * y + 1 + dy) * nx + 2 * x + 1 + dx;
        return values[index * channels + (i % channels)];
      });
      return Math.max(...corners);
    });
    expect(found).toEqual(expected);
  });
});
