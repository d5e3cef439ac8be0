import { Color, DoubleSide, GLSL3, NearestFilter, RawShaderMaterial, Vector2, Vector3 } from "three";
import { BACKGROUND_COLOR, HATCH_COLOR } from "./axis-colors";
import type { Contrast } from "./contrast-drag";
import type { LabelPalette } from "./label-palette";
import type { Point2 } from "./slice-plane";
import { PANE_VERTEX_SHADER, PLANE_VERTEX_SHADER, SLICE_FRAGMENT_SHADER } from "./slice-shader";
import { SliceTexture } from "./slice-texture";
import { type PaneView, toPlace } from "./view-transform";

/**
 * One slice as the shaders see it: its pixels, labels, contrast and overlay. The pane and the plane in 3D share these
 * uniforms, so that both show the same; contrast and overlay upload nothing.
 */
export class SlicePicture {
  readonly image: SliceTexture;
  readonly labels: SliceTexture;
  /** Drawn hatched where it is 1; empty without a mask. */
  readonly hatch = new SliceTexture(NearestFilter);
  readonly #hatchOffset = { value: new Vector2() };
  readonly #topLeft = { value: new Vector2() };
  readonly #shown = { value: new Vector2(1, 1) };
  readonly #labelOffset = { value: new Vector2() };
  readonly #window = { value: new Vector2(0, 1) };
  readonly #invert = { value: false };
  readonly #opacity = { value: 0 };
  readonly #palette: LabelPalette;

  constructor(image: SliceTexture, labels: SliceTexture, palette: LabelPalette) {
    this.image = image;
    this.labels = labels;
    this.#palette = palette;
  }

  /** Puts a view into the uniforms; `corner` is where the first voxel lies in the slice: elsewhere than 0 for a box. */
  place(view: PaneView, corner: Point2): void {
    const first = toPlace(view, { x: 0, y: 0 });
    this.#topLeft.value.set(first.x - corner.x, first.y - corner.y);
    this.#labelOffset.value.set(corner.x, corner.y);
    this.#shown.value.set(view.size.width / view.scale, view.size.height / view.scale);
  }

  setContrast({ low, high, invert }: Contrast): void {
    const width = Math.abs(high - low);
    this.#window.value.set(Math.min(low, high), width === 0 ? Number.MAX_SAFE_INTEGER : 1 / width);
    this.#invert.value = invert;
  }

  /** The opacity of the label overlay, 0…1; 0 switches it off. */
  setOverlay(opacity: number): void {
    this.#opacity.value = opacity;
  }

  /** Says where the mask's first voxel lies in the image. */
  setHatch({ x, y }: Point2): void {
    this.#hatchOffset.value.set(x, y);
  }

  /** Returns the material that fills a pane with the part of the slice that `place` gives. */
  paneMaterial(): RawShaderMaterial {
    return this.#material(PANE_VERTEX_SHADER, false);
  }

  /** As `paneMaterial`, for a slice that lies over another: right of `divider` (0…1 across the pane), as far as it reaches. */
  overMaterial(divider: { readonly value: number }): RawShaderMaterial {
    return this.#material(PANE_VERTEX_SHADER, false, divider);
  }

  /** Returns the material that shows the slice on a unit rectangle in the 3D view. */
  planeMaterial(): RawShaderMaterial {
    return this.#material(PLANE_VERTEX_SHADER, true);
  }

  #material(
    vertexShader: string,
    depth: boolean,
    divider: { readonly value: number } | null = null,
  ): RawShaderMaterial {
    const toVector = (color: string) => {
      const { r, g, b } = new Color(color).convertLinearToSRGB();
      return { value: new Vector3(r, g, b) };
    };
    return new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader,
      fragmentShader: SLICE_FRAGMENT_SHADER,
      side: DoubleSide,
      depthTest: depth,
      depthWrite: depth,
      uniforms: {
        uTopLeft: this.#topLeft,
        uShown: this.#shown,
        uImage: this.image.texture,
        uImageSize: this.image.size,
        uWindow: this.#window,
        uInvert: this.#invert,
        uLabels: this.labels.texture,
        uLabelSize: this.labels.size,
        uLabelOffset: this.#labelOffset,
        uPalette: this.#palette.texture,
        uOpacity: this.#opacity,
        uHatch: this.hatch.texture,
        uHatchSize: this.hatch.size,
        uHatchOffset: this.#hatchOffset,
        uHatchColor: toVector(HATCH_COLOR),
        uBackground: toVector(BACKGROUND_COLOR),
        uLiesOver: { value: divider !== null },
        uDivider: divider ?? { value: 0 },
      },
    });
  }
}
