import { expect, test } from "vitest";
import { readRecipe, writeRecipe } from "./read-recipe";

const SURROUNDINGS = { structureIds: ["3j9i", "4v94"], mayReadFiles: false };
const read = (recipe: unknown, more = {}) => readRecipe(JSON.stringify(recipe), { ...SURROUNDINGS, ...more });

const SMALL = {
  name: "small",
  scene: {
    shape: [32, 64, 64],
    voxelSizeAngstrom: 12,
    particles: [{ name: "proteasome", structure: "3j9i", count: 3 }],
  },
};
const withScene = (scene: object) => ({ ...SMALL, scene: { ...SMALL.scene, ...scene } });
const withParticle = (particle: object) =>
  withScene({ particles: [{ name: "p", structure: "3j9i", ...particle }] });
const withImaging = (imaging: object) => ({ ...SMALL, imaging });

test("what a recipe leaves out has its default, and written it reads the same", () => {
  const recipe = read(SMALL);
  expect(recipe.scene).toMatchObject({
    resolutionAngstrom: 24,
    gapAngstrom: 12,
    membranes: [],
    filaments: [],
  });
  expect(recipe.imaging).toMatchObject({
    route: "tilt-series",
    tilts: { minTiltDeg: -60, maxTiltDeg: 60, stepDeg: 2, order: "dose-symmetric" },
    ctf: null,
    noise: { snr: 0.1, kind: "gaussian" },
    reconstruction: { method: "wbp", iterations: 20, lowPassAngstrom: null },
  });
  expect(readRecipe(writeRecipe(recipe), SURROUNDINGS)).toEqual(recipe);
  expect(read(withImaging({ ctf: { defocusMicrometre: 3 } })).imaging.ctf).toMatchObject({
    voltageKv: 300,
    correction: "phase-flip",
  });
});

test.each<[object, RegExp]>([
  [withScene({ voxelSizeNm: 1 }), /scene: there is no field "voxelSizeNm"\.$/],
  [withScene({ shape: [64, 64] }), /scene\.shape: must have at least 3 entries\.$/],
  [withScene({ shape: [64, 64, 4.5] }), /scene\.shape\[2\]: must be a whole number from 8 to 4096\.$/],
  [withScene({ voxelSizeAngstrom: -10 }), /scene\.voxelSizeAngstrom: must be a number from 0\.5 to 200\.$/],
  [withParticle({ count: 1.5 }), /scene\.particles\[0\]\.count: must be a whole number from 0 to 65535\.$/],
  [withParticle({}), /scene\.particles\[0\]: must have a count or an occupancy/],
  [withParticle({ count: 3, occupancy: 0.1 }), /scene\.particles\[0\]: must have a count or an occupancy/],
  [withParticle({ occupancy: 12 }), /scene\.particles\[0\]\.occupancy: must be a number from 0 to 1\.$/],
  [
    withParticle({ count: 1, structure: "9xyz" }),
    /particles\[0\]\.structure: there is no structure "9xyz"; there are 3j9i, 4v94\./,
  ],
  [withParticle({ count: 1, structure: "./my.pdb" }), /no structure "\.\/my\.pdb"/],
  [withParticle({ count: 1, structure: 7 }), /particles\[0\]\.structure: must be the id of a structure/],
  [
    withParticle({ count: 1, structure: { shape: "cube" } }),
    /particles\[0\]\.structure\.shape: must be sphere, ellipsoid or disc/,
  ],
  [
    withParticle({ count: 1, structure: { shape: "sphere", radiusNm: 3, density: 1 } }),
    /particles\[0\]\.structure\.radiusAngstrom: is missing\.$/,
  ],
  [withParticle({ count: 1, color: "red" }), /particles\[0\]\.color: must be a colour/],
  [
    withParticle({ count: 1, onMembrane: { distanceAngstrom: 100, axis: [0, 0, 1] } }),
    /particles\[0\]\.onMembrane: there are no membranes/,
  ],
  [
    withScene({ membranes: [{ kind: "torus", count: 1 }] }),
    /scene\.membranes\[0\]\.kind: must be vesicle or sheet/,
  ],
  [
    withScene({ membranes: [{ kind: "vesicle", count: 1, radiusAngstrom: [400, 300] }] }),
    /membranes\[0\]\.radiusAngstrom: must be two rising numbers/,
  ],
  [
    withScene({ filaments: [{ kind: "microtubule", count: 1, protofilaments: 9 }] }),
    /filaments\[0\]\.protofilaments: must be a whole number from 13 to 14\.$/,
  ],
  [
    withImaging({ tilts: { minTiltDeg: 60, maxTiltDeg: -60 } }),
    /imaging\.tilts\.maxTiltDeg: must be above minTiltDeg/,
  ],
  [
    withImaging({ tilts: { minTiltDeg: -95 } }),
    /imaging\.tilts\.minTiltDeg: must be a number from -90 to 90\.$/,
  ],
  [withImaging({ ctf: {} }), /imaging\.ctf\.defocusMicrometre: is missing\.$/],
  [
    withImaging({ ctf: { defocusMicrometre: 30_000 } }),
    /defocusMicrometre: must be a number from -20 to 20\.$/,
  ],
  [withImaging({ noise: { snr: 0 } }), /imaging\.noise\.snr: must be a number above 0, at most 1000000\.$/],
  [{ ...SMALL, name: undefined }, /name: is missing\.$/],
  [{ ...SMALL, name: "" }, /name: must not be empty\.$/],
  [{ ...SMALL, name: 4 }, /name: must be a text\.$/],
  [withImaging({ tilts: { order: "random" } }), /order: must be "sequential" or "dose-symmetric"\.$/],
  [
    withScene({ particles: ["a", "a"].map((name) => ({ name, structure: "3j9i", count: 1 })) }),
    /particles\[1\]\.name: "a" is the name of another/,
  ],
])("%# is told in one sentence that names the field: %j", (recipe, sentence) => {
  let message = "";
  try {
    read(recipe);
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toMatch(/^This is no recipe: [^\n]*\.$/);
  expect(message).toMatch(sentence);
});

test("text that is no JSON is told; files are allowed where they can be read", () => {
  expect(() => readRecipe("{", SURROUNDINGS)).toThrow(/This is no recipe/);
  const recipe = read(withParticle({ count: 1, structure: "./my.pdb" }), { mayReadFiles: true });
  expect(recipe.scene.particles[0].structure).toBe("./my.pdb");
  expect(() => read(withParticle({ count: 1, structure: "my" }), { mayReadFiles: true })).toThrow(
    /files by a path/,
  );
});
