import { frameOf, randomRotation } from "../geometry/random-rotation";
import { type Matrix3, matrixOf } from "../geometry/rotation";
import type { Point3, Shape3 } from "../volume/shape";
import type { MembraneRecipe } from "./recipe";

/** A point in the middle of a bilayer, and the unit normal there: outwards of a vesicle, upwards of a sheet. */
interface SurfacePoint {
  readonly point: Point3;
  readonly normal: readonly [x: number, y: number, z: number];
}

/** The middle of a bilayer, in voxels of the scene. */
export interface MembraneSurface {
  /** Of what may lie within the scene; for choosing surfaces evenly. */
  readonly area: number;
  /** From the surface, positive on the side of the normal; exact on it, and to first order of distance × curvature near it. */
  signedDistance(x: number, y: number, z: number): number;
  /** A number that the distance is not below: cheap, for leaving out what is far. */
  distanceAtLeast(x: number, y: number, z: number): number;
  /** A point drawn evenly from the surface; it may lie outside the scene. */
  randomPoint(random: () => number): SurfacePoint;
}

const between = (low: number, high: number, random: () => number) => low + (high - low) * random();
const transposed = ([a, b, c, d, e, f, g, h, i]: Matrix3): Matrix3 => [a, d, g, b, e, h, c, f, i];
const turned = (m: Matrix3, x: number, y: number, z: number): [number, number, number] => [
  m[0] * x + m[1] * y + m[2] * z,
  m[3] * x + m[4] * y + m[5] * z,
  m[6] * x + m[7] * y + m[8] * z,
];

function randomDirection(random: () => number): [number, number, number] {
  const z = 2 * random() - 1;
  const angle = 2 * Math.PI * random();
  const r = Math.sqrt(1 - z * z);
  return [r * Math.cos(angle), r * Math.sin(angle), z];
}

const randomCentre = ([nz, ny, nx]: Shape3, random: () => number): Point3 => ({
  x: (nx - 1) * random(),
  y: (ny - 1) * random(),
  z: (nz - 1) * random(),
});

/** Returns an ellipsoid with the centre and radii given, in voxels, turned by a matrix (own frame → scene). */
export function ellipsoidSurface(
  centre: Point3,
  radii: readonly [number, number, number],
  matrix: Matrix3,
): MembraneSurface {
  const [a, b, c] = radii;
  const inverse = transposed(matrix);
  const largest = Math.max(a, b, c);
  const smallest = Math.min(a, b, c);
  // Knud Thomsen's formula, within 1.1 %.
  const p = 1.6075;
  const area = 4 * Math.PI * (((a * b) ** p + (a * c) ** p + (b * c) ** p) / 3) ** (1 / p);
  return {
    area,
    signedDistance(x, y, z) {
      const [u, v, w] = turned(inverse, x - centre.x, y - centre.y, z - centre.z);
      const level = Math.hypot(u / a, v / b, w / c);
      if (level === 0) return -smallest;
      return (level * (level - 1)) / Math.hypot(u / (a * a), v / (b * b), w / (c * c));
    },
    distanceAtLeast(x, y, z) {
      const r = Math.hypot(x - centre.x, y - centre.y, z - centre.z);
      return Math.max(r - largest, smallest - r);
    },
    randomPoint(random) {
      for (;;) {
        const [u, v, w] = randomDirection(random);
        // An even point of the sphere, kept in proportion to how far its surface is stretched there.
        const stretch = Math.hypot(u / a, v / b, w / c);
        if (random() * (1 / smallest) > stretch) continue;
        const [x, y, z] = turned(matrix, a * u, b * v, c * w);
        const [nx, ny, nz] = turned(matrix, u / (a * stretch), v / (b * stretch), w / (c * stretch));
        return { point: { x: centre.x + x, y: centre.y + y, z: centre.z + z }, normal: [nx, ny, nz] };
      }
    },
  };
}

/**
 * Returns an undulating sheet: height A·sin(k·u + φ)·sin(k·v + ψ) over the plane through `centre` across `normal`, in voxels.
 * Points of it are drawn from a square that holds the scene.
 */
export function sheetSurface(
  shape: Shape3,
  centre: Point3,
  normal: readonly [number, number, number],
  {
    amplitude,
    wavelength,
    phases,
  }: { amplitude: number; wavelength: number; phases: readonly [number, number] },
): MembraneSurface {
  const matrix = frameOf(normal);
  const inverse = transposed(matrix);
  const k = (2 * Math.PI) / wavelength;
  const height = (u: number, v: number) => {
    const [su, cu] = [Math.sin(k * u + phases[0]), Math.cos(k * u + phases[0])];
    const [sv, cv] = [Math.sin(k * v + phases[1]), Math.cos(k * v + phases[1])];
    return { h: amplitude * su * sv, hu: amplitude * k * cu * sv, hv: amplitude * k * su * cv };
  };
  const reach = Math.hypot(...shape);
  return {
    area:
      Math.max(...shape) * Math.min(Math.max(...shape), shape[0] + shape[1] + shape[2] - Math.max(...shape)),
    signedDistance(x, y, z) {
      const [u, v, w] = turned(inverse, x - centre.x, y - centre.y, z - centre.z);
      // The foot of the perpendicular, twice improved, so that steep flanks are as thick as the crests.
      let [footU, footV] = [u, v];
      let distance = 0;
      for (let step = 0; step < 3; step++) {
        const { h, hu, hv } = height(footU, footV);
        const scale = 1 / Math.hypot(hu, hv, 1);
        distance = (w - h - hu * (u - footU) - hv * (v - footV)) * scale;
        [footU, footV] = [u + distance * hu * scale, v + distance * hv * scale];
      }
      return distance;
    },
    distanceAtLeast(x, y, z) {
      const w = matrix[2] * (x - centre.x) + matrix[5] * (y - centre.y) + matrix[8] * (z - centre.z);
      return Math.abs(w) - amplitude;
    },
    randomPoint(random) {
      const [u, v] = [between(-reach, reach, random), between(-reach, reach, random)];
      const { h, hu, hv } = height(u, v);
      const scale = 1 / Math.hypot(hu, hv, 1);
      const [x, y, z] = turned(matrix, u, v, h);
      return {
        point: { x: centre.x + x, y: centre.y + y, z: centre.z + z },
        normal: turned(matrix, -hu * scale, -hv * scale, scale),
      };
    },
  };
}

/**
 * Returns a membrane of a recipe at a random place of the scene, which may cut it. Sheets stand within 30° of the z axis,
 * the beam: those that lie across it vanish in the missing wedge.
 */
export function randomMembrane(
  recipe: MembraneRecipe,
  shape: Shape3,
  voxelSizeAngstrom: number,
  random: () => number,
): MembraneSurface {
  const centre = randomCentre(shape, random);
  if (recipe.kind === "sheet") {
    const upwards = between(0, 0.5, random);
    const angle = 2 * Math.PI * random();
    const across = Math.sqrt(1 - upwards ** 2);
    return sheetSurface(shape, centre, [across * Math.cos(angle), across * Math.sin(angle), upwards], {
      amplitude: recipe.amplitudeAngstrom / voxelSizeAngstrom,
      wavelength: recipe.wavelengthAngstrom / voxelSizeAngstrom,
      phases: [2 * Math.PI * random(), 2 * Math.PI * random()],
    });
  }
  const radius = between(recipe.radiusAngstrom[0], recipe.radiusAngstrom[1], random) / voxelSizeAngstrom;
  const factor = () => 1 - (recipe.eccentricity * random()) / 2;
  const radii = [radius, radius * factor(), radius * factor()] as const;
  return ellipsoidSurface(centre, radii, matrixOf(randomRotation(random)));
}
