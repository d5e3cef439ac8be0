import {
  BufferGeometry,
  Color,
  Float32BufferAttribute,
  LineBasicMaterial,
  LineDashedMaterial,
  LineSegments,
} from "three";
import { type Box, type Shape3, wholeBox } from "../core/volume/shape";
import { AXIS_COLORS, BOX_COLOR, FRAME_COLOR } from "./axis-colors";

type Corner = readonly [x: number, y: number, z: number];

/** Returns the outline of a volume; the three edges at voxel (0, 0, 0) have the colours of their axes. */
export function volumeOutline(shape: Shape3): LineSegments<BufferGeometry, LineBasicMaterial> {
  const edges = edgesOf(wholeBox(shape));
  const colors = edges.flatMap(([from, to]) => {
    const atOrigin = from.every((value) => value === -0.5);
    const along = (["x", "y", "z"] as const).find((_, i) => from[i] !== to[i]) ?? "x";
    const { r, g, b } = new Color(atOrigin ? AXIS_COLORS[along] : FRAME_COLOR);
    return [r, g, b, r, g, b];
  });
  const geometry = edgeGeometry(edges);
  geometry.setAttribute("color", new Float32BufferAttribute(colors, 3));
  return new LineSegments(geometry, new LineBasicMaterial({ vertexColors: true }));
}

/** Returns the dashed outline of a box of voxels, which nothing hides. */
export function boxOutline(box: Box): LineSegments<BufferGeometry, LineDashedMaterial> {
  const material = new LineDashedMaterial({
    color: BOX_COLOR,
    dashSize: 4,
    gapSize: 2,
    depthTest: false,
    transparent: true,
  });
  const lines = new LineSegments(edgeGeometry(edgesOf(box)), material);
  lines.computeLineDistances();
  lines.renderOrder = 1;
  return lines;
}

/** The twelve edges of a box, each from its end nearer to the origin; voxel i covers i - 0.5 … i + 0.5. */
function edgesOf({ x0, y0, z0, x1, y1, z1 }: Box): [Corner, Corner][] {
  const low: Corner = [x0 - 0.5, y0 - 0.5, z0 - 0.5];
  const high: Corner = [x1 - 0.5, y1 - 0.5, z1 - 0.5];
  const corner = (bits: number): Corner => [
    (bits & 1 ? high : low)[0],
    (bits & 2 ? high : low)[1],
    (bits & 4 ? high : low)[2],
  ];
  const edges: [Corner, Corner][] = [];
  for (let bits = 0; bits < 8; bits++)
    for (const side of [1, 2, 4]) if (!(bits & side)) edges.push([corner(bits), corner(bits | side)]);
  return edges;
}

function edgeGeometry(edges: readonly (readonly [Corner, Corner])[]): BufferGeometry {
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new Float32BufferAttribute(edges.flat(2), 3));
  return geometry;
}
