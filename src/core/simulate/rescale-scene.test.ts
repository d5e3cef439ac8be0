import { expect, test } from "vitest";
import { rescaleScene } from "./rescale-scene";

test("an eighth of the volume holds an eighth of everything, one at least, and shares stay", () => {
  const scene = rescaleScene(
    {
      shape: [64, 64, 64],
      voxelSizeAngstrom: 10,
      resolutionAngstrom: 20,
      gapAngstrom: 10,
      membranes: [{ kind: "vesicle", count: 3, radiusAngstrom: [100, 200], eccentricity: 0 }],
      filaments: [{ kind: "actin", count: 0 }],
      particles: [
        { name: "many", structure: "3j9i", count: 84 },
        { name: "share", structure: "3j9i", occupancy: 0.1 },
      ],
    },
    [32, 32, 32],
  );
  expect(scene.shape).toEqual([32, 32, 32]);
  expect(scene.membranes[0]).toMatchObject({ count: 1, radiusAngstrom: [100, 200] });
  expect(scene.filaments[0].count).toBe(0);
  expect(scene.particles.map(({ count, occupancy }) => [count, occupancy])).toEqual([
    [11, undefined],
    [undefined, 0.1],
  ]);
});
