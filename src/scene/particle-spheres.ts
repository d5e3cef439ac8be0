import {
  Color,
  DynamicDrawUsage,
  IcosahedronGeometry,
  InstancedMesh,
  Matrix4,
  MeshPhongMaterial,
  type Ray,
  type Scene,
  Vector3,
} from "three";
import type { ClassStyle, ParticleMark } from "./viewer-props";

const SEE_THROUGH_OPACITY = 0.22;
const UNKNOWN_CLASS_COLOR = "#c3c9d4";
/** Subdivisions of the sphere for up to so many particles. */
const DETAILS = [
  { upTo: 500, subdivisions: 8 },
  { upTo: 4000, subdivisions: 3 },
  { upTo: Number.POSITIVE_INFINITY, subdivisions: 1 },
];

/** The particles of visible classes as spheres, drawn in one call. */
export class ParticleSpheres {
  readonly #scene: Scene;
  readonly #material = new MeshPhongMaterial({ specular: 0x222222, shininess: 25 });
  #mesh: InstancedMesh<IcosahedronGeometry, MeshPhongMaterial> | null = null;
  #shown: readonly ParticleMark[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  update(particles: readonly ParticleMark[], classes: readonly ClassStyle[]): void {
    const styles = new Map(classes.map((style) => [style.label, style]));
    this.#shown = particles.filter(({ label }) => styles.get(label)?.visible ?? true);
    const mesh = this.#meshFor(this.#shown.length);
    if (!mesh) return;
    const matrix = new Matrix4();
    const color = new Color();
    this.#shown.forEach(({ x, y, z, radiusVoxels, label }, i) => {
      mesh.setMatrixAt(i, matrix.makeScale(radiusVoxels, radiusVoxels, radiusVoxels).setPosition(x, y, z));
      mesh.setColorAt(i, color.set(styles.get(label)?.color ?? UNKNOWN_CLASS_COLOR));
    });
    mesh.count = this.#shown.length;
    mesh.instanceMatrix.needsUpdate = true;
    if (mesh.instanceColor) mesh.instanceColor.needsUpdate = true;
  }

  /** Lets what lies within the spheres show through. */
  setSeeThrough(seeThrough: boolean): void {
    if (this.#material.transparent === seeThrough) return;
    this.#material.transparent = seeThrough;
    this.#material.depthWrite = !seeThrough;
    this.#material.opacity = seeThrough ? SEE_THROUGH_OPACITY : 1;
    this.#material.needsUpdate = true;
  }

  /** Returns the first particle that a ray meets, or null. */
  hit(ray: Ray): ParticleMark | null {
    let first: ParticleMark | null = null;
    let least = Number.POSITIVE_INFINITY;
    const toCenter = new Vector3();
    for (const particle of this.#shown) {
      toCenter.set(particle.x, particle.y, particle.z).sub(ray.origin);
      const along = toCenter.dot(ray.direction);
      const asideSquared = toCenter.lengthSq() - along ** 2;
      if (along <= 0 || asideSquared > particle.radiusVoxels ** 2) continue;
      const distance = along - Math.sqrt(particle.radiusVoxels ** 2 - asideSquared);
      if (distance >= least) continue;
      least = distance;
      first = particle;
    }
    return first;
  }

  dispose(): void {
    this.#removeMesh();
    this.#material.dispose();
  }

  /** The mesh is kept while the number of particles fits it and wants the same sphere. */
  #meshFor(count: number): InstancedMesh | null {
    const capacity = this.#mesh?.instanceMatrix.count ?? 0;
    if (this.#mesh && count > 0 && count <= capacity && count > capacity / 4) return this.#mesh;
    this.#removeMesh();
    if (count === 0) return null;
    const { subdivisions } = DETAILS.find(({ upTo }) => count <= upTo) ?? DETAILS[0];
    this.#mesh = new InstancedMesh(new IcosahedronGeometry(1, subdivisions), this.#material, count);
    this.#mesh.instanceMatrix.setUsage(DynamicDrawUsage);
    this.#mesh.frustumCulled = false;
    this.#scene.add(this.#mesh);
    return this.#mesh;
  }

  #removeMesh(): void {
    if (!this.#mesh) return;
    this.#mesh.removeFromParent();
    this.#mesh.geometry.dispose();
    this.#mesh.dispose();
    this.#mesh = null;
  }
}
