import {
  BufferGeometry,
  Float32BufferAttribute,
  Group,
  LineBasicMaterial,
  LineLoop,
  Mesh,
  type RawShaderMaterial,
  Vector3,
} from "three";
import type { Axis, Point3, Shape3 } from "../core/volume/shape";
import { AXIS_COLORS } from "./axis-colors";
import type { SlicePicture } from "./slice-picture";
import { AXES, fromPlane, sliceSize } from "./slice-plane";

interface Plane {
  readonly group: Group;
  readonly mesh: Mesh<BufferGeometry, RawShaderMaterial>;
  readonly border: LineLoop<BufferGeometry, LineBasicMaterial>;
}

/** The three slices in the 3D view, with the very pictures of the panes. */
export class SlicePlanes {
  readonly group = new Group();
  readonly #pictures: Readonly<Record<Axis, SlicePicture>>;
  readonly #planes: Readonly<Record<Axis, Plane>>;
  readonly #rectangle = new BufferGeometry();

  constructor(pictures: Readonly<Record<Axis, SlicePicture>>) {
    this.#pictures = pictures;
    this.#rectangle.setAttribute(
      "position",
      new Float32BufferAttribute([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0], 3),
    );
    this.#rectangle.setIndex([0, 1, 2, 0, 2, 3]);
    this.#planes = { x: this.#plane("x"), y: this.#plane("y"), z: this.#plane("z") };
  }

  /** Moves the planes to the cursor's slices. */
  update(shape: Shape3, cursor: Point3): void {
    for (const axis of AXES) {
      const { width, height } = sliceSize(shape, axis);
      const { group } = this.#planes[axis];
      const right = fromPlane({ x: width, y: 0 }, axis, 0);
      const down = fromPlane({ x: 0, y: height }, axis, 0);
      const corner = fromPlane({ x: -0.5, y: -0.5 }, axis, cursor[axis]);
      group.matrix.makeBasis(
        new Vector3(right.x, right.y, right.z),
        new Vector3(down.x, down.y, down.z),
        new Vector3(axis === "x" ? 1 : 0, axis === "y" ? 1 : 0, axis === "z" ? 1 : 0),
      );
      group.matrix.setPosition(corner.x, corner.y, corner.z);
    }
  }

  /** Shows the planes whose slices are there; to be called before a frame. */
  prepare(): void {
    for (const axis of AXES) this.#planes[axis].mesh.visible = this.#pictures[axis].image.size.value.x > 0;
  }

  dispose(): void {
    this.#rectangle.dispose();
    for (const axis of AXES) {
      this.#planes[axis].mesh.material.dispose();
      this.#planes[axis].border.material.dispose();
      this.#planes[axis].border.geometry.dispose();
    }
  }

  #plane(axis: Axis): Plane {
    const mesh = new Mesh(this.#rectangle, this.#pictures[axis].planeMaterial());
    const outline = new BufferGeometry().setAttribute("position", this.#rectangle.getAttribute("position"));
    const border = new LineLoop(outline, new LineBasicMaterial({ color: AXIS_COLORS[axis] }));
    const group = new Group();
    group.matrixAutoUpdate = false;
    group.add(mesh, border);
    mesh.frustumCulled = false;
    border.frustumCulled = false;
    this.group.add(group);
    return { group, mesh, border };
  }
}
