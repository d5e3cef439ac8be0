import { BufferAttribute, BufferGeometry, DoubleSide, Group, Mesh, MeshPhongMaterial } from "three";
import type { SurfaceProps } from "./viewer-props";

/** How many triangles, spread over a surface, vote on its winding. */
const WINDING_VOTES = 64;

interface Surface {
  readonly mesh: Mesh<BufferGeometry, MeshPhongMaterial>;
  positions: Float32Array;
  indices: Uint32Array;
}

/** The surfaces of the 3D view; a geometry is made once per key and kept while its arrays are the same. */
export class Surfaces {
  readonly group = new Group();
  readonly #surfaces = new Map<string, Surface>();

  update(all: readonly SurfaceProps[]): void {
    const keys = new Set(all.map(({ key }) => key));
    for (const key of this.#surfaces.keys()) if (!keys.has(key)) this.#remove(key);
    for (const props of all) {
      const known = this.#surfaces.get(props.key);
      if (known && (known.positions !== props.positions || known.indices !== props.indices))
        this.#remove(props.key);
      const { mesh } = this.#surfaces.get(props.key) ?? this.#add(props);
      const transparent = props.opacity < 1;
      if (mesh.material.transparent !== transparent) mesh.material.needsUpdate = true;
      mesh.material.color.set(props.color);
      mesh.material.opacity = props.opacity;
      mesh.material.transparent = transparent;
      mesh.material.depthWrite = !transparent;
      mesh.visible = props.visible && props.opacity > 0;
    }
  }

  dispose(): void {
    for (const key of this.#surfaces.keys()) this.#remove(key);
  }

  #add(props: SurfaceProps): Surface {
    const { key, positions, normals, indices } = props;
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(positions, 3));
    geometry.setAttribute("normal", new BufferAttribute(normals, 3));
    const outward = hasOutwardWinding(positions, normals, indices) ? indices : withOtherWinding(indices);
    geometry.setIndex(new BufferAttribute(outward, 1));
    const material = new MeshPhongMaterial({ side: DoubleSide, specular: 0x222222, shininess: 25 });
    const surface = { mesh: new Mesh(geometry, material), positions, indices };
    this.#surfaces.set(key, surface);
    this.group.add(surface.mesh);
    return surface;
  }

  #remove(key: string): void {
    const surface = this.#surfaces.get(key);
    if (!surface) return;
    surface.mesh.removeFromParent();
    surface.mesh.geometry.dispose();
    surface.mesh.material.dispose();
    this.#surfaces.delete(key);
  }
}

/**
 * Tells whether triangles run counter-clockwise seen from the side their normals point to, by the majority of a sample.
 * Lighting from both sides needs it.
 */
export function hasOutwardWinding(
  positions: Float32Array,
  normals: Float32Array,
  indices: Uint32Array,
): boolean {
  const triangles = indices.length / 3;
  const stride = Math.max(1, Math.floor(triangles / WINDING_VOTES));
  let votes = 0;
  for (let triangle = 0; triangle < triangles; triangle += stride) {
    const [a, b, c] = indices.subarray(3 * triangle, 3 * triangle + 3);
    const [ax, ay, az] = positions.subarray(3 * a, 3 * a + 3);
    const [bx, by, bz] = positions.subarray(3 * b, 3 * b + 3);
    const [cx, cy, cz] = positions.subarray(3 * c, 3 * c + 3);
    const [nx, ny, nz] = normals.subarray(3 * a, 3 * a + 3);
    const x = (by - ay) * (cz - az) - (bz - az) * (cy - ay);
    const y = (bz - az) * (cx - ax) - (bx - ax) * (cz - az);
    const z = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    votes += Math.sign(x * nx + y * ny + z * nz);
  }
  return votes >= 0;
}

function withOtherWinding(indices: Uint32Array): Uint32Array {
  const other = indices.slice();
  for (let i = 0; i + 2 < other.length; i += 3) {
    other[i + 1] = indices[i + 2];
    other[i + 2] = indices[i + 1];
  }
  return other;
}
