import {
  DirectionalLight,
  HemisphereLight,
  type LineSegments,
  PerspectiveCamera,
  Raycaster,
  Scene,
  Vector2,
  Vector3,
} from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import type { Axis, Point3, Shape3 } from "../core/volume/shape";
import { AXIS_COLORS } from "./axis-colors";
import { framingDistance, lookDirection, middleOfVolume, OBLIQUE_DIRECTION } from "./camera-frame";
import { ParticleSpheres } from "./particle-spheres";
import { drawLetter } from "./slice-drawing";
import type { SlicePicture } from "./slice-picture";
import { AXES, isSameShape, nearestVoxel, type Point2, type Size2 } from "./slice-plane";
import { SlicePlanes } from "./slice-planes";
import { Surfaces } from "./surfaces";
import type { ParticleMark, ViewerProps } from "./viewer-props";
import { boxOutline, volumeOutline } from "./wire-boxes";

const FIELD_OF_VIEW_DEG = 32;
const GIZMO_PIXELS = 26;

/** The 3D view: surfaces, slice planes, particles and outlines in voxel coordinates, with -z upwards, and an orbit. */
export class Scene3D {
  readonly scene = new Scene();
  readonly camera = new PerspectiveCamera(FIELD_OF_VIEW_DEG);
  readonly #surfaces = new Surfaces();
  readonly #spheres = new ParticleSpheres(this.scene);
  readonly #planes: SlicePlanes;
  readonly #requestDraw: () => void;
  readonly #target = new Vector3();
  #controls: OrbitControls | null = null;
  #props: ViewerProps | null = null;
  #shape: Shape3 | null = null;
  #outline: LineSegments | null = null;
  #box: LineSegments | null = null;
  /** While the user has not turned the view, it stays framed when the pane changes its size. */
  #framed = true;
  #direction = OBLIQUE_DIRECTION;

  constructor(pictures: Readonly<Record<Axis, SlicePicture>>, requestDraw: () => void) {
    this.#requestDraw = requestDraw;
    this.#planes = new SlicePlanes(pictures);
    this.camera.up.set(0, 0, -1);
    const headlight = new DirectionalLight(0xffffff, 1.9);
    headlight.position.set(0.4, 0.6, 1);
    this.camera.add(headlight, headlight.target);
    const sky = new HemisphereLight(0xdfe8ff, 0x3a3630, 1.3);
    sky.position.set(0, 0, -1);
    this.scene.add(this.camera, sky, this.#surfaces.group, this.#planes.group);
  }

  /** Lets an element orbit the view; null detaches. */
  attach(element: HTMLElement | null): void {
    this.#controls?.dispose();
    this.#controls = null;
    if (!element) return;
    this.#controls = new OrbitControls(this.camera, element);
    this.#controls.zoomToCursor = true;
    this.#controls.target.copy(this.#target);
    this.#controls.update();
    this.#controls.addEventListener("change", () => {
      if (this.#controls) this.#target.copy(this.#controls.target);
      this.#requestDraw();
    });
    this.#controls.addEventListener("start", () => {
      this.#framed = false;
    });
  }

  update(props: ViewerProps): void {
    const before = this.#props;
    this.#props = props;
    const shape = props.volume?.shape ?? null;
    if (shape !== this.#shape && !isSameShape(shape, this.#shape)) this.#setShape(shape);
    if (shape) this.#planes.update(shape, nearestVoxel(props.cursor, shape));
    this.#planes.group.visible = props.slicePlanes && shape !== null;
    if (props.surfaces !== before?.surfaces) {
      this.#surfaces.update(props.surfaces);
      // The spheres would hide the surfaces of the very same particles.
      this.#spheres.setSeeThrough(props.surfaces.some(({ visible, opacity }) => visible && opacity > 0));
    }
    if (props.particles !== before?.particles || props.classes !== before?.classes)
      this.#spheres.update(props.particles, props.classes);
    if (props.box !== before?.box) {
      this.#box = replaced(this.scene, this.#box, props.box && boxOutline(props.box));
    }
  }

  /** Fits the camera to the pane; to be called before the scene is rendered. */
  prepare(size: Size2): void {
    this.camera.aspect = size.width / size.height;
    if (this.#framed) this.#frame();
    const distance = this.camera.position.distanceTo(this.#target);
    const reach = this.#shape ? Math.hypot(...this.#shape) : 1;
    this.camera.near = Math.max(reach / 1000, distance - 2 * reach);
    this.camera.far = distance + 2 * reach;
    this.camera.updateProjectionMatrix();
    this.camera.updateMatrixWorld();
    this.#planes.prepare();
  }

  /** Draws the selected particle's ring and the axes over the picture. */
  drawOverlay(context: CanvasRenderingContext2D, size: Size2): void {
    this.#drawSelected(context, size);
    this.#drawGizmo(context, size);
  }

  /** Returns the particle under a pixel, or null. */
  particleAt(pixel: Point2, size: Size2): ParticleMark | null {
    const raycaster = new Raycaster();
    const place = new Vector2((pixel.x / size.width) * 2 - 1, 1 - (pixel.y / size.height) * 2);
    raycaster.setFromCamera(place, this.camera);
    return this.#spheres.hit(raycaster.ray);
  }

  fit(): void {
    this.#framed = true;
    this.#requestDraw();
  }

  lookAlong(axis: Axis): void {
    this.#direction = lookDirection(axis);
    this.fit();
  }

  /** Turns about a point from now on, from the same side and distance. */
  flyTo(point: Point3): void {
    const moved = new Vector3(point.x, point.y, point.z).sub(this.#target);
    this.#framed = false;
    this.camera.position.add(moved);
    this.#setTarget(this.#target.clone().add(moved));
  }

  zoom(factor: number): void {
    this.#framed = false;
    this.camera.position.sub(this.#target).divideScalar(factor).add(this.#target);
    this.#setTarget(this.#target);
  }

  dispose(): void {
    this.attach(null);
    this.#surfaces.dispose();
    this.#spheres.dispose();
    this.#planes.dispose();
    this.#outline = replaced(this.scene, this.#outline, null);
    this.#box = replaced(this.scene, this.#box, null);
  }

  #setShape(shape: Shape3 | null): void {
    this.#shape = shape;
    this.#outline = replaced(this.scene, this.#outline, shape && volumeOutline(shape));
    this.#direction = OBLIQUE_DIRECTION;
    this.#framed = true;
  }

  #frame(): void {
    if (!this.#shape) return;
    const middle = middleOfVolume(this.#shape);
    const distance = framingDistance(this.#shape, this.#direction, this.camera);
    this.camera.position.copy(middle).addScaledVector(this.#direction, -distance);
    this.camera.lookAt(middle);
    this.#target.copy(middle);
    // The controls take over from here without an event, or each frame would ask for the next.
    this.#controls?.target.copy(middle);
  }

  #setTarget(target: Vector3): void {
    this.#target.copy(target);
    this.#controls?.target.copy(target);
    this.camera.lookAt(target);
    this.#requestDraw();
  }

  #drawSelected(context: CanvasRenderingContext2D, size: Size2): void {
    const selected = this.#props?.particles.find(({ id }) => id === this.#props?.selectedParticle);
    if (!selected) return;
    const center = new Vector3(selected.x, selected.y, selected.z);
    const distance = center.distanceTo(this.camera.position);
    const projected = center.project(this.camera);
    if (projected.z > 1) return;
    const pixelsPerVoxel = size.height / (2 * distance * Math.tan((this.camera.fov * Math.PI) / 360));
    context.beginPath();
    context.arc(
      ((projected.x + 1) / 2) * size.width,
      ((1 - projected.y) / 2) * size.height,
      Math.max(4, selected.radiusVoxels * pixelsPerVoxel) + 4,
      0,
      2 * Math.PI,
    );
    context.strokeStyle = "#ffffff";
    context.lineWidth = 2;
    context.stroke();
  }

  #drawGizmo(context: CanvasRenderingContext2D, size: Size2): void {
    const x = 42;
    const y = size.height - 42;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const toCamera = this.camera.matrixWorldInverse;
    const arms = AXES.map((axis) => ({
      axis,
      way: new Vector3(+(axis === "x"), +(axis === "y"), +(axis === "z")).transformDirection(toCamera),
    }));
    // The arm that points away is drawn first.
    for (const { axis, way } of arms.sort((a, b) => a.way.z - b.way.z)) {
      const tip = { x: x + way.x * GIZMO_PIXELS, y: y - way.y * GIZMO_PIXELS };
      context.strokeStyle = AXIS_COLORS[axis];
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(tip.x, tip.y);
      context.stroke();
      // An axis seen end-on keeps its letter apart from the others.
      const reach = Math.hypot(way.x, way.y) < 0.25 ? 9 : 0;
      drawLetter(
        context,
        AXIS_COLORS[axis],
        axis,
        x + way.x * (GIZMO_PIXELS + 9) - reach,
        y - way.y * (GIZMO_PIXELS + 9) - reach,
      );
    }
  }
}

/** Puts lines into the scene in place of others, which are freed. */
function replaced(scene: Scene, old: LineSegments | null, lines: LineSegments | null): LineSegments | null {
  if (old) {
    old.removeFromParent();
    old.geometry.dispose();
    for (const material of [old.material].flat()) material.dispose();
  }
  if (lines) scene.add(lines);
  return lines;
}
