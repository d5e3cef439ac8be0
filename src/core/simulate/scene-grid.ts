import type { Matrix3 } from "../geometry/rotation";
import type { Point3, Shape3 } from "../volume/shape";
import { voxelCount } from "../volume/shape";
import { IN_MASK, type ParticleKind, TEMPLATE_SAMPLING } from "./particle-kind";

/** A particle's centre, in voxels, and its rotation (reference → scene). */
export interface Pose {
  readonly centre: Point3;
  readonly matrix: Matrix3;
}

/** Bits of `occupied`. */
const MEMBRANE = 1;
const MEMBRANE_GAP = 2;
const OBJECT = 4;
const FILLED = 8;

/** Calls `visit` for the voxels that may lie within `radius` of the centre, row by row, with the offset of the first of them. */
function forEachRow(
  [nz, ny, nx]: Shape3,
  { x, y, z }: Point3,
  radius: number,
  visit: (row: number, x0: number, x1: number, dy: number, dz: number) => boolean,
): boolean {
  for (let iz = Math.max(0, Math.ceil(z - radius)); iz <= Math.min(nz - 1, Math.floor(z + radius)); iz++)
    for (let iy = Math.max(0, Math.ceil(y - radius)); iy <= Math.min(ny - 1, Math.floor(y + radius)); iy++) {
      const half = Math.sqrt(Math.max(0, radius * radius - (iz - z) ** 2 - (iy - y) ** 2));
      const x0 = Math.max(0, Math.ceil(x - half));
      const x1 = Math.min(nx - 1, Math.floor(x + half));
      if (x0 <= x1 && !visit((iz * ny + iy) * nx, x0, x1, iy - y, iz - z)) return false;
    }
  return true;
}

/** The volumes of a scene while it fills. */
export class SceneGrid {
  readonly shape: Shape3;
  /** In electrons per Å³. */
  readonly density: Float32Array<ArrayBuffer>;
  readonly labels: Uint8Array<ArrayBuffer>;
  /** The id of the particle a voxel belongs to; 0 for none. */
  readonly instances: Uint16Array<ArrayBuffer>;
  private readonly occupied: Uint8Array;

  constructor(shape: Shape3) {
    const voxels = voxelCount(shape);
    this.shape = shape;
    this.density = new Float32Array(voxels);
    this.labels = new Uint8Array(voxels);
    this.instances = new Uint16Array(voxels);
    this.occupied = new Uint8Array(voxels);
  }

  isOccupied(index: number): boolean {
    return this.occupied[index] > 0;
  }

  /** Marks a voxel as membrane, or as too near to one. */
  markMembrane(index: number, isWithin: boolean, label: number): void {
    this.occupied[index] |= isWithin ? MEMBRANE | FILLED : MEMBRANE_GAP;
    if (isWithin) this.labels[index] = label;
  }

  /** Marks a voxel as part of an object (with a label) or as the free room around one. */
  markObject(index: number, isWithin: boolean, label: number): void {
    this.occupied[index] |= isWithin ? OBJECT | FILLED : OBJECT;
    if (isWithin) this.labels[index] = label;
  }

  /**
   * Tells whether a particle fits at a pose: its mask whole within the volume, and nothing there. One that sits on a membrane
   * may come as near to it, or reach as far into it, as its recipe says: `isItsMembrane` tells which voxels are that one's.
   */
  fits(
    kind: ParticleKind,
    pose: Pose,
    isItsMembrane?: (x: number, y: number, z: number) => boolean,
  ): boolean {
    return this.probesFit(kind, pose, isItsMembrane) && this.maskFits(kind, pose, isItsMembrane);
  }

  private probesFit(
    { probes }: ParticleKind,
    { centre, matrix: m }: Pose,
    isItsMembrane?: (x: number, y: number, z: number) => boolean,
  ): boolean {
    const [nz, ny, nx] = this.shape;
    for (let i = 0; i < probes.length; i += 3) {
      const [px, py, pz] = [probes[i], probes[i + 1], probes[i + 2]];
      const x = Math.round(centre.x + m[0] * px + m[1] * py + m[2] * pz);
      const y = Math.round(centre.y + m[3] * px + m[4] * py + m[5] * pz);
      const z = Math.round(centre.z + m[6] * px + m[7] * py + m[8] * pz);
      if (x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz) return false;
      const bits = this.occupied[(z * ny + y) * nx + x];
      if (bits && (bits & OBJECT || !isItsMembrane?.(x, y, z))) return false;
    }
    return true;
  }

  private maskFits(
    { footprint, footprintSide: side, maskRadius }: ParticleKind,
    { centre, matrix: m }: Pose,
    isItsMembrane?: (x: number, y: number, z: number) => boolean,
  ): boolean {
    const { shape, occupied } = this;
    const [nz, ny, nx] = shape;
    const radius = maskRadius + 1;
    const touchesBorder =
      Math.min(centre.x, centre.y, centre.z) < radius ||
      centre.x > nx - 1 - radius ||
      centre.y > ny - 1 - radius ||
      centre.z > nz - 1 - radius;
    if (touchesBorder && !this.isWhole(footprint, side, { centre, matrix: m })) return false;
    const middle = (side - 1) / 2 + 0.5;
    const s = TEMPLATE_SAMPLING;
    return forEachRow(shape, centre, radius, (row, x0, x1, dy, dz) => {
      for (let x = x0; x <= x1; x++) {
        const bits = occupied[row + x];
        if (bits === 0) continue;
        const dx = x - centre.x;
        const tx = Math.floor(middle + s * (m[0] * dx + m[3] * dy + m[6] * dz));
        const ty = Math.floor(middle + s * (m[1] * dx + m[4] * dy + m[7] * dz));
        const tz = Math.floor(middle + s * (m[2] * dx + m[5] * dy + m[8] * dz));
        if (tx < 0 || ty < 0 || tz < 0 || tx >= side || ty >= side || tz >= side) continue;
        if (footprint[(tz * side + ty) * side + tx] !== IN_MASK) continue;
        if (bits & OBJECT || !isItsMembrane?.(x, dy + centre.y, dz + centre.z)) return false;
      }
      return true;
    });
  }

  /** Tells whether every voxel of the mask lies within the volume, by the template's own voxels. */
  private isWhole(footprint: Uint8Array, side: number, { centre, matrix: m }: Pose): boolean {
    const [nz, ny, nx] = this.shape;
    const middle = (side - 1) / 2;
    for (let i = 0, tz = -middle; tz <= middle; tz++)
      for (let ty = -middle; ty <= middle; ty++)
        for (let tx = -middle; tx <= middle; tx++, i++) {
          if (footprint[i] !== IN_MASK) continue;
          const x = centre.x + (m[0] * tx + m[1] * ty + m[2] * tz) / TEMPLATE_SAMPLING;
          const y = centre.y + (m[3] * tx + m[4] * ty + m[5] * tz) / TEMPLATE_SAMPLING;
          const z = centre.z + (m[6] * tx + m[7] * ty + m[8] * tz) / TEMPLATE_SAMPLING;
          if (x < 0 || y < 0 || z < 0 || x > nx - 1 || y > ny - 1 || z > nz - 1) return false;
        }
    return true;
  }

  /**
   * Puts a particle where it fits and returns the voxels of its mask. Labels and instances stay as they are for label 0. In
   * a membrane it takes the place of the lipids.
   */
  paste(kind: ParticleKind, pose: Pose, label: number, instance: number): number {
    const maskVoxels = this.pasteFootprint(kind, pose, label, instance);
    this.pasteValues(kind, pose);
    return maskVoxels;
  }

  private pasteFootprint(
    { footprint, footprintSide: side, footprintRadius }: ParticleKind,
    { centre, matrix: m }: Pose,
    label: number,
    instance: number,
  ): number {
    const { shape, occupied, labels, instances, density } = this;
    const middle = (side - 1) / 2 + 0.5;
    const s = TEMPLATE_SAMPLING;
    let maskVoxels = 0;
    forEachRow(shape, centre, footprintRadius + 1, (row, x0, x1, dy, dz) => {
      for (let x = x0; x <= x1; x++) {
        const dx = x - centre.x;
        const tx = Math.floor(middle + s * (m[0] * dx + m[3] * dy + m[6] * dz));
        const ty = Math.floor(middle + s * (m[1] * dx + m[4] * dy + m[7] * dz));
        const tz = Math.floor(middle + s * (m[2] * dx + m[5] * dy + m[8] * dz));
        if (tx < 0 || ty < 0 || tz < 0 || tx >= side || ty >= side || tz >= side) continue;
        const part = footprint[(tz * side + ty) * side + tx];
        if (part === 0) continue;
        if (part === IN_MASK) {
          maskVoxels++;
          if (occupied[row + x] & (MEMBRANE | MEMBRANE_GAP)) density[row + x] = 0;
          labels[row + x] = label;
          instances[row + x] = instance;
        }
        occupied[row + x] |= part === IN_MASK ? OBJECT | FILLED : OBJECT;
      }
      return true;
    });
    return maskVoxels;
  }

  /** Adds the template's density, interpolated in lines. */
  private pasteValues(
    { values, valuesSide: side, valuesRadius }: ParticleKind,
    { centre, matrix: m }: Pose,
  ): void {
    const { density } = this;
    const middle = (side - 1) / 2;
    const area = side * side;
    const s = TEMPLATE_SAMPLING;
    forEachRow(this.shape, centre, valuesRadius, (row, x0, x1, dy, dz) => {
      for (let x = x0; x <= x1; x++) {
        const dx = x - centre.x;
        const tx = middle + s * (m[0] * dx + m[3] * dy + m[6] * dz);
        const ty = middle + s * (m[1] * dx + m[4] * dy + m[7] * dz);
        const tz = middle + s * (m[2] * dx + m[5] * dy + m[8] * dz);
        const ix = Math.floor(tx);
        const iy = Math.floor(ty);
        const iz = Math.floor(tz);
        if (ix < 0 || iy < 0 || iz < 0 || ix >= side - 1 || iy >= side - 1 || iz >= side - 1) continue;
        const fx = tx - ix;
        const fy = ty - iy;
        const i = iz * area + iy * side + ix;
        const j = i + area;
        const near0 = values[i] + fx * (values[i + 1] - values[i]);
        const near1 = values[i + side] + fx * (values[i + side + 1] - values[i + side]);
        const far0 = values[j] + fx * (values[j + 1] - values[j]);
        const far1 = values[j + side] + fx * (values[j + side + 1] - values[j + side]);
        const near = near0 + fy * (near1 - near0);
        density[row + x] += near + (tz - iz) * (far0 + fy * (far1 - far0) - near);
      }
      return true;
    });
  }

  /** The share of the volume that membranes, filaments, particles and decoys fill, without the room around them. */
  occupancy(): number {
    let filled = 0;
    for (const bits of this.occupied) if (bits & FILLED) filled++;
    return filled / this.occupied.length;
  }
}
