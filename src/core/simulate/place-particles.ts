import { randomRotation, randomSpin } from "../geometry/random-rotation";
import { matrixOf } from "../geometry/rotation";
import type { Particle, Quaternion } from "../particles/particle-list";
import { uniformSequence } from "../random/philox";
import type { Point3 } from "../volume/shape";
import { BILAYER_HALF_THICKNESS_ANGSTROM } from "./bilayer";
import type { FreeSpace } from "./free-space";
import type { MembraneSurface } from "./membranes";
import type { ParticleKind } from "./particle-kind";
import type { ParticleRecipe } from "./recipe";
import type { SceneGrid } from "./scene-grid";

/** Poses that are tried for a particle before it is given up. */
const ATTEMPTS = 2000;
/** A kind is given up after so many particles in a row: what comes next finds less room, not more. */
const GIVEN_UP = 3;
const ATTEMPTS_PER_BREATH = 100;
/** Points of a surface that are drawn for one within the scene. */
const SURFACE_DRAWS = 200;

/** A kind of particle to be placed, `asked` times. */
export interface Order {
  readonly recipe: ParticleRecipe;
  readonly kind: ParticleKind;
  /** 0 for a decoy. */
  readonly label: number;
  readonly asked: number;
}

interface Placement {
  readonly centre: Point3;
  readonly rotation: Quaternion;
  readonly isItsMembrane?: (x: number, y: number, z: number) => boolean;
}

/** Proposes where a particle may go; null where there is no room left for its kind. */
export type Proposer = (order: Order, random: () => number) => Promise<Placement | null>;

/** Returns a proposer of places anywhere in what is free, at any rotation. */
export function freeProposer(space: FreeSpace, breathe: () => Promise<void>): Proposer {
  return async ({ kind }, random) => {
    const centre = await space.propose(kind, random, breathe);
    return centre && { centre, rotation: randomRotation(random) };
  };
}

/** Returns a proposer of places on membranes: at the recipe's distance along the normal, its axis along it, turned at random about it. */
export function boundProposer(
  surfaces: readonly MembraneSurface[],
  { shape: [nz, ny, nx] }: SceneGrid,
  { voxelSizeAngstrom, gapAngstrom }: { voxelSizeAngstrom: number; gapAngstrom: number },
): Proposer {
  const total = surfaces.reduce((sum, { area }) => sum + area, 0);
  const room = (BILAYER_HALF_THICKNESS_ANGSTROM + gapAngstrom) / voxelSizeAngstrom;
  const randomSurface = (random: () => number) => {
    let left = total * random();
    for (const surface of surfaces) {
      left -= surface.area;
      if (left < 0) return surface;
    }
    return surfaces[surfaces.length - 1];
  };
  return async ({ recipe: { onMembrane } }, random) => {
    if (!onMembrane || surfaces.length === 0) return null;
    const { distanceAngstrom, axis, side } = onMembrane;
    const sign = side === "inner" ? -1 : 1;
    for (let draw = 0; draw < SURFACE_DRAWS; draw++) {
      const surface = randomSurface(random);
      const { point, normal } = surface.randomPoint(random);
      const [x, y, z] = normal.map((n) => (n * sign * distanceAngstrom) / voxelSizeAngstrom);
      const centre = { x: point.x + x, y: point.y + y, z: point.z + z };
      const isWithin =
        Math.min(centre.x, centre.y, centre.z) >= 0 && centre.x < nx && centre.y < ny && centre.z < nz;
      if (!isWithin) continue;
      return {
        centre,
        rotation: randomSpin(axis, [sign * normal[0], sign * normal[1], sign * normal[2]], random),
        isItsMembrane: (vx, vy, vz) => Math.abs(surface.signedDistance(vx, vy, vz)) <= room,
      };
    }
    return null;
  };
}

/** Returns the orders, one for each particle, so that every kind is as far along as the others at any time. */
function mixed(orders: readonly Order[]): Order[] {
  return orders
    .flatMap((order, i) =>
      Array.from({ length: order.asked }, (_, k) => ({ order, at: (k + 0.5) / order.asked, i })),
    )
    .sort((a, b) => a.at - b.at || a.i - b.i)
    .map(({ order }) => order);
}

/**
 * Places what is ordered, mixed, and calls `onPlaced` after each. Returns the particles that are no decoys, with ids from
 * `firstId`, and how many of each order were placed. The particle number n of all draws from the stream `firstStream` + n.
 */
export async function placeParticles(
  orders: readonly Order[],
  propose: Proposer,
  grid: SceneGrid,
  numbering: { readonly seed: number; readonly firstStream: number; readonly firstId: number },
  { onDone, onFailure, breathe }: { onDone(): void; onFailure(): void; breathe: () => Promise<void> },
): Promise<{ particles: Particle[]; placed: Map<Order, number> }> {
  const particles: Particle[] = [];
  const placed = new Map<Order, number>(orders.map((order) => [order, 0]));
  const inVain = new Map<Order, number>();

  async function findPlace(order: Order, random: () => number): Promise<Placement | null> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt % ATTEMPTS_PER_BREATH === 0) await breathe();
      const proposal = await propose(order, random);
      if (!proposal) return null;
      const pose = { centre: proposal.centre, matrix: matrixOf(proposal.rotation) };
      if (grid.fits(order.kind, pose, proposal.isItsMembrane)) return proposal;
      onFailure();
    }
    return null;
  }

  for (const [n, order] of mixed(orders).entries()) {
    const failed = inVain.get(order) ?? 0;
    if (failed < GIVEN_UP) {
      const place = await findPlace(order, uniformSequence(numbering.seed, numbering.firstStream + n));
      inVain.set(order, place ? 0 : failed + 1);
      if (place) {
        const { centre, rotation } = place;
        const id = order.label === 0 ? 0 : numbering.firstId + particles.length;
        const pose = { centre, matrix: matrixOf(rotation) };
        const sizeVoxels = grid.paste(order.kind, pose, order.label, id);
        placed.set(order, (placed.get(order) ?? 0) + 1);
        if (id > 0) particles.push({ id, label: order.label, ...centre, sizeVoxels, score: null, rotation });
      }
    }
    onDone();
  }
  return { particles, placed };
}
