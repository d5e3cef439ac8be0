import { type InstancedMesh, Matrix4, Ray, Scene, Vector3 } from "three";
import { expect, test } from "vitest";
import { ParticleSpheres } from "./particle-spheres";

const particle = (id: number, label: number, z: number) => ({ id, label, x: 5, y: 7, z, radiusVoxels: 2 });
const CLASSES = [
  { label: 1, color: "#ff0000", visible: true },
  { label: 2, color: "#00ff00", visible: false },
];

test("spheres stand where the particles of visible classes are, in one mesh", () => {
  const scene = new Scene();
  const spheres = new ParticleSpheres(scene);
  spheres.update([particle(1, 1, 10), particle(2, 2, 20), particle(3, 9, 30)], CLASSES);
  const mesh = scene.children[0] as InstancedMesh;
  expect(mesh.count).toBe(2);
  const matrix = new Matrix4();
  mesh.getMatrixAt(1, matrix);
  expect(new Vector3().setFromMatrixPosition(matrix)).toEqual(new Vector3(5, 7, 30));
  expect(matrix.getMaxScaleOnAxis()).toBe(2);
  spheres.update([], CLASSES);
  expect(scene.children).toHaveLength(0);
});

test("a ray hits the first visible sphere on its way, and none behind it or beside", () => {
  const spheres = new ParticleSpheres(new Scene());
  spheres.update([particle(1, 1, 40), particle(2, 2, 20), particle(3, 1, 30)], CLASSES);
  const along = new Vector3(0, 0, 1);
  expect(spheres.hit(new Ray(new Vector3(5, 8.9, 0), along))?.id).toBe(3);
  expect(spheres.hit(new Ray(new Vector3(5, 8.9, 35), along))?.id).toBe(1);
  expect(spheres.hit(new Ray(new Vector3(5, 9.1, 0), along))).toBeNull();
  expect(spheres.hit(new Ray(new Vector3(5, 7, 50), along))).toBeNull();
});
