import type { Shape3 } from "../volume/shape";

/** Triangles whose corners are counter-clockwise seen from outside; positions x, y, z in voxels, unit normals outward. */
export interface Mesh {
  readonly positions: Float32Array<ArrayBuffer>;
  readonly normals: Float32Array<ArrayBuffer>;
  readonly indices: Uint32Array<ArrayBuffer>;
}

/** Corner c of a cell lies at (c & 1, c >> 1 & 1, c >> 2); each edge joins two corners that differ in one bit. */
const EDGES = [1, 2, 4].flatMap((bit) =>
  [0, 1, 2, 3, 4, 5, 6, 7].filter((c) => !(c & bit)).map((c) => [c, c | bit] as const),
);
const ALL_CORNERS = 0xff;
const RIGHT_CORNERS = 0b10101010;

function grown<A extends Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(array: A, length: number): A {
  if (length <= array.length) return array;
  const Numbers = array.constructor as new (length: number) => A;
  const larger = new Numbers(Math.max(length, 2 * array.length));
  larger.set(array);
  return larger;
}

/** The field with a layer of outside all around, so that surfaces close at the faces of the volume. */
function padded(field: Float32Array, [nz, ny, nx]: Shape3): Float32Array {
  let largest = 0;
  for (const value of field) if (value > largest) largest = value;
  const out = new Float32Array((nz + 2) * (ny + 2) * (nx + 2)).fill(-largest || -1);
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      const from = (z * ny + y) * nx;
      out.set(field.subarray(from, from + nx), ((z + 1) * (ny + 2) + y + 1) * (nx + 2) + 1);
    }
  return out;
}

/** Infinite voxels count as this: crossings and gradients stay finite. */
const LARGEST_F32 = 3.4028234663852886e38;

/**
 * Returns the closed surface where a field [z, y, x] crosses zero; inside is where it is positive, and beyond the borders is
 * outside. Naive surface nets (Gibson 1998, doi 10.1007/BFb0056277): one vertex in each cell that is crossed, at the mean of
 * the crossings of its edges; normals from the gradient within the cell. NaN counts as outside, and what is infinite as very
 * large. Time and memory grow with the number of voxels.
 */
export function surfaceNets(field: Float32Array, shape: Shape3): Mesh {
  const values = padded(field, shape);
  const [nz, ny, nx] = [shape[0] + 2, shape[1] + 2, shape[2] + 2];
  const cornerOffsets = [0, 1, 2, 3, 4, 5, 6, 7].map((c) => ((c >> 2) * ny + ((c >> 1) & 1)) * nx + (c & 1));
  const [, , , offset3, , offset5, , offset7] = cornerOffsets;
  let positions = new Float32Array(3 * 1024);
  let normals = new Float32Array(3 * 1024);
  let indices = new Uint32Array(6 * 1024);
  let vertexCount = 0;
  let indexCount = 0;
  // The vertex of each cell of this layer of cells and of the one before.
  const vertexOf = [new Int32Array(ny * nx), new Int32Array(ny * nx)];
  const corner = new Float64Array(8);

  function addVertex(x: number, y: number, z: number, at: number, mask: number): void {
    for (let c = 0; c < 8; c++) {
      const value = values[at + cornerOffsets[c]];
      corner[c] = Number.isNaN(value) ? -1 : Math.max(-LARGEST_F32, Math.min(LARGEST_F32, value));
    }
    let [sx, sy, sz, crossings] = [0, 0, 0, 0];
    for (const [a, b] of EDGES) {
      if (((mask >> a) & 1) === ((mask >> b) & 1)) continue;
      const t = corner[a] / (corner[a] - corner[b]);
      const bit = a ^ b;
      sx += (a & 1) + (bit === 1 ? t : 0);
      sy += ((a >> 1) & 1) + (bit === 2 ? t : 0);
      sz += (a >> 2) + (bit === 4 ? t : 0);
      crossings++;
    }
    const [fx, fy, fz] = [sx / crossings, sy / crossings, sz / crossings];
    let [gx, gy, gz] = [0, 0, 0];
    for (let c = 0; c < 8; c++) {
      const [wx, wy, wz] = [c & 1 ? fx : 1 - fx, c & 2 ? fy : 1 - fy, c & 4 ? fz : 1 - fz];
      gx += (c & 1 ? 1 : -1) * wy * wz * corner[c];
      gy += (c & 2 ? 1 : -1) * wx * wz * corner[c];
      gz += (c & 4 ? 1 : -1) * wx * wy * corner[c];
    }
    const length = Math.sqrt(gx * gx + gy * gy + gz * gz);
    const to = 3 * vertexCount;
    positions = grown(positions, to + 3);
    normals = grown(normals, to + 3);
    positions[to] = x + fx - 1;
    positions[to + 1] = y + fy - 1;
    positions[to + 2] = z + fz - 1;
    normals[to] = length > 0 ? -gx / length : 0;
    normals[to + 1] = length > 0 ? -gy / length : 0;
    normals[to + 2] = length > 0 ? -gz / length : 1;
    vertexCount++;
  }

  const squaredDistance = (a: number, b: number) =>
    (positions[3 * a] - positions[3 * b]) ** 2 +
    (positions[3 * a + 1] - positions[3 * b + 1]) ** 2 +
    (positions[3 * a + 2] - positions[3 * b + 2]) ** 2;

  /** Two triangles, cut along the shorter diagonal; turned over where the inside lies ahead. */
  function addQuad(a: number, b: number, c: number, d: number, insideBehind: boolean): void {
    const [second, fourth] = insideBehind ? [b, d] : [d, b];
    const corners =
      squaredDistance(a, c) <= squaredDistance(b, d)
        ? [a, second, c, a, c, fourth]
        : [a, second, fourth, second, c, fourth];
    indices = grown(indices, indexCount + 6);
    indices.set(corners, indexCount);
    indexCount += 6;
  }

  for (let z = 0; z < nz - 1; z++) {
    const here = vertexOf[z & 1];
    const below = vertexOf[(z & 1) ^ 1];
    for (let y = 0; y < ny - 1; y++) {
      const row = (z * ny + y) * nx;
      let mask = 0; // the leftmost corners are padding: outside
      for (let x = 0; x < nx - 1; x++) {
        const at = row + x;
        mask = (mask & RIGHT_CORNERS) >> 1;
        if (values[at + 1] > 0) mask |= 2;
        if (values[at + offset3] > 0) mask |= 8;
        if (values[at + offset5] > 0) mask |= 32;
        if (values[at + offset7] > 0) mask |= 128;
        if (mask === 0 || mask === ALL_CORNERS) continue;
        const cell = y * nx + x;
        here[cell] = vertexCount;
        addVertex(x, y, z, at, mask);
        // The quad around an edge joins the four cells that share it; this cell is the last of them.
        const inside = (mask & 1) === 1;
        if (inside !== ((mask & 2) !== 0))
          addQuad(below[cell - nx], below[cell], here[cell], here[cell - nx], inside);
        if (inside !== ((mask & 4) !== 0))
          addQuad(below[cell - 1], here[cell - 1], here[cell], below[cell], inside);
        if (inside !== ((mask & 16) !== 0))
          addQuad(here[cell - nx - 1], here[cell - nx], here[cell], here[cell - 1], inside);
      }
    }
  }
  return {
    positions: positions.slice(0, 3 * vertexCount),
    normals: normals.slice(0, 3 * vertexCount),
    indices: indices.slice(0, indexCount),
  };
}
