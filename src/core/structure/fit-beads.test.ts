import { expect, test } from "vitest";
import { fillNormal, uniformSequence } from "../random/philox";
import type { Point3, Shape3 } from "../volume/shape";
import { beadModelRadius } from "./bead-model-radius";
import { fitBeads } from "./fit-beads";
import { halfShifted } from "./fit-half-shift";
import { createFitResidual } from "./fit-residual";
import { gaussiansOnGrid } from "./gaussians-on-grid";
import type { BeadModel, DensityMap } from "./structure";

const quiet = { onProgress: () => {}, breathe: async () => {} };
const SHAPE: Shape3 = [18, 20, 22];
const VOXEL = 8;
/** Five beads of known place, weight and width, apart from each other; their centre of mass is (0, 0, 0). */
function knownModel(): BeadModel {
  const electrons = Float32Array.of(900, 1400, 700, 1100, 1600);
  const positions = [
    [-50, -40, 10],
    [40, -30, -20],
    [-10, 40, 30],
    [55, 35, -30],
    [-35, 10, -30],
  ];
  const total = electrons.reduce((a, b) => a + b, 0);
  const centre = [0, 1, 2].map(
    (axis) => positions.reduce((sum, p, i) => sum + p[axis] * electrons[i], 0) / total,
  );
  return {
    kind: "beads",
    name: "known",
    positionsAngstrom: Float32Array.from(
      positions.flatMap((p) => p.map((value, axis) => value - centre[axis])),
    ),
    electrons,
    sigmasAngstrom: Float32Array.of(9, 11, 8, 12, 10),
  };
}

/** A model at the voxels of a grid, in electrons per voxel. */
function densityOf(model: BeadModel, origin: Point3): Float32Array {
  const { positionsAngstrom, electrons: integrals, sigmasAngstrom } = model;
  const originAngstrom = { x: -origin.x * VOXEL, y: -origin.y * VOXEL, z: -origin.z * VOXEL };
  const grid = { shape: SHAPE, voxelSizeAngstrom: VOXEL, originAngstrom };
  return gaussiansOnGrid({ positionsAngstrom, integrals, sigmasAngstrom }, grid).map(
    (value) => value * VOXEL ** 3,
  );
}

function mapOf(model: BeadModel, scale = 1): DensityMap {
  const origin = { x: 10.3, y: 9.1, z: 8.7 };
  const values = densityOf(model, origin);
  return {
    kind: "map",
    name: "known",
    values: values.map((value) => scale * value),
    shape: SHAPE,
    voxelSizeAngstrom: VOXEL,
  };
}

test("a map made of beads gives them back: places, electrons, widths, and where the origin lies", async () => {
  const known = knownModel();
  // The scale of the map says nothing; the electrons are stated.
  const { model, origin } = await fitBeads(mapOf(known, 0.01), { count: 5, electrons: 5700 }, quiet);
  expect(origin.x).toBeCloseTo(10.3, 1);
  expect(origin.y).toBeCloseTo(9.1, 1);
  expect(origin.z).toBeCloseTo(8.7, 1);
  expect(model.electrons).toHaveLength(5);
  for (let i = 0; i < 5; i++) {
    const near = (j: number) =>
      Math.hypot(
        ...[0, 1, 2].map((a) => known.positionsAngstrom[3 * i + a] - model.positionsAngstrom[3 * j + a]),
      );
    const j = [0, 1, 2, 3, 4].reduce((best, at) => (near(at) < near(best) ? at : best));
    expect(near(j)).toBeLessThan(0.2);
    expect(Math.abs(model.electrons[j] / known.electrons[i] - 1)).toBeLessThan(0.02);
    expect(Math.abs(model.sigmasAngstrom[j] - known.sigmasAngstrom[i])).toBeLessThan(0.2);
  }
});

test("the electrons add up to those stated, about their centre of mass; the same map gives the same bytes", async () => {
  const map = mapOf(knownModel());
  const fits = await Promise.all(
    [1, 2].map(() => fitBeads(map, { count: 30, electrons: 1234, iterations: 40 }, quiet)),
  );
  const [{ model }, { model: again }] = fits;
  expect(again).toEqual(model);
  expect(model.electrons.reduce((a, b) => a + b, 0)).toBeCloseTo(1234, 1);
  for (let axis = 0; axis < 3; axis++) {
    const moment = model.electrons.reduce((sum, e, i) => sum + e * model.positionsAngstrom[3 * i + axis], 0);
    expect(Math.abs(moment / 1234)).toBeLessThan(1e-3);
  }
  for (const value of [...model.electrons, ...model.sigmasAngstrom]) expect(value).toBeGreaterThan(0);
});

test("more beads come nearer to a map that beads cannot give exactly", async () => {
  const map = mapOf(knownModel());
  const cut = { ...map, values: map.values.map((value) => Math.min(value, 20)) };
  const errors: number[] = [];
  for (const count of [3, 10, 40]) {
    const { model, origin } = await fitBeads(
      cut,
      { count, electrons: sum(cut.values), iterations: 100 },
      quiet,
    );
    const density = densityOf(model, origin);
    errors.push(density.reduce((total, value, i) => total + (value - cut.values[i]) ** 2, 0));
  }
  expect(errors[1]).toBeLessThan(errors[0] / 2);
  expect(errors[2]).toBeLessThan(errors[1] / 2);
});

test("a map half a voxel further on is what its function is there", () => {
  const shape: Shape3 = [9, 10, 12];
  const wave = (x: number, y: number, z: number) =>
    1 +
    Math.sin((2 * Math.PI * (2 * x)) / 12 + 0.4) * Math.cos((2 * Math.PI * 3 * y) / 10) +
    Math.cos((2 * Math.PI * 4 * z) / 9 - 1);
  const at = (offset: number) =>
    Float32Array.from({ length: 1080 }, (_, i) =>
      wave((i % 12) + offset, (Math.floor(i / 12) % 10) + offset, Math.floor(i / 120) + offset),
    );
  const shifted = halfShifted(at(0), shape);
  at(0.5).forEach((value, i) => {
    expect(shifted[i]).toBeCloseTo(value, 4);
  });
});

test("the gradient is that of the energy, by differences", () => {
  const shape: Shape3 = [9, 10, 11];
  const map = new Float32Array(990);
  fillNormal(map, 5, 0);
  const residual = createFitResidual(map, shape, 0.5);
  const draw = uniformSequence(6, 0);
  const params = Float64Array.from({ length: 20 }, (_, i) =>
    i % 5 < 3 ? 3 + 4 * draw() : i % 5 === 3 ? 2 + draw() : 0.7 + 0.5 * draw(),
  );
  const gradient = new Float64Array(20);
  residual.update(params);
  residual.addGradient(params, gradient);
  const STEP = 1e-4;
  params.forEach((value, i) => {
    const at = (offset: number) => residual.update(params.with(i, value + offset));
    const slope = (at(STEP) - at(-STEP)) / (2 * STEP);
    // The cut at four deviations makes the energy jump a little where a voxel comes into reach.
    expect(Math.abs(gradient[i] - slope)).toBeLessThan(1e-2 * Math.max(1, Math.abs(slope)));
  });
});

test("the radius holds 98 % of the electrons", () => {
  const model: BeadModel = {
    kind: "beads",
    name: "line",
    positionsAngstrom: Float32Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? i / 3 : 0)),
    electrons: new Float32Array(100).fill(2),
    sigmasAngstrom: new Float32Array(100).fill(5),
  };
  expect(beadModelRadius(model)).toBe(97);
});

test("nothing to fit, no beads and no electrons are refused with a sentence", async () => {
  const map = mapOf(knownModel());
  const attempt = (given: Partial<DensityMap>, count = 5, electrons = 1) =>
    fitBeads({ ...map, ...given }, { count, electrons }, quiet);
  await expect(attempt({ values: new Float32Array(map.values.length) })).rejects.toThrow(
    "known has no voxel above 0",
  );
  await expect(attempt({ shape: [300, 300, 300] })).rejects.toThrow("at most 256³");
  await expect(attempt({}, 0)).rejects.toThrow("1 bead or more, not 0");
  await expect(attempt({}, 5, Number.NaN)).rejects.toThrow("above 0, not NaN");
});

const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0);
