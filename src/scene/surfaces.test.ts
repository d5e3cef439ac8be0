import { BoxGeometry, SphereGeometry } from "three";
import { describe, expect, test } from "vitest";
import { hasOutwardWinding, Surfaces } from "./surfaces";

function arraysOf(geometry: SphereGeometry | BoxGeometry) {
  return {
    positions: new Float32Array(geometry.getAttribute("position").array),
    normals: new Float32Array(geometry.getAttribute("normal").array),
    indices: new Uint32Array(geometry.getIndex()?.array ?? []),
  };
}

const SPHERE = arraysOf(new SphereGeometry(5, 16, 12));
const surface = { key: "1", color: "#ff0000", opacity: 1, visible: true, ...SPHERE };

describe("surfaces", () => {
  test("the winding is read from positions and normals", () => {
    for (const { positions, normals, indices } of [SPHERE, arraysOf(new BoxGeometry(2, 3, 4))]) {
      expect(hasOutwardWinding(positions, normals, indices)).toBe(true);
      expect(hasOutwardWinding(positions, normals, indices.slice().reverse())).toBe(false);
    }
  });

  test("colour and opacity keep the geometry; other arrays under the key replace it; a gone key frees it", () => {
    const surfaces = new Surfaces();
    surfaces.update([surface]);
    const [mesh] = surfaces.group.children;
    surfaces.update([{ ...surface, opacity: 0.5, color: "#00ff00" }]);
    expect(surfaces.group.children).toEqual([mesh]);
    surfaces.update([{ ...surface, positions: SPHERE.positions.slice() }]);
    expect(surfaces.group.children).toHaveLength(1);
    expect(surfaces.group.children[0]).not.toBe(mesh);
    surfaces.update([]);
    expect(surfaces.group.children).toHaveLength(0);
  });

  test("a hidden or fully transparent surface is not drawn", () => {
    const surfaces = new Surfaces();
    surfaces.update([
      { ...surface, visible: false },
      { ...surface, key: "2", opacity: 0 },
      { ...surface, key: "3", opacity: 0.4 },
    ]);
    expect(surfaces.group.children.map(({ visible }) => visible)).toEqual([false, false, true]);
  });
});
