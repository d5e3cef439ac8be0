import { Color, DoubleSide, GLSL3, RawShaderMaterial, Vector2, Vector3 } from "three";
import { BACKGROUND_COLOR } from "./axis-colors";
import type { Contrast } from "./contrast-drag";
import type { LabelPalette } from "./label-palette";
import { PANE_VERTEX_SHADER, PLANE_VERTEX_SHADER, SLICE_FRAGMENT_SHADER } from "./slice-shader";
import type { SliceTexture } from "./slice-texture";

/**
 * One slice as the shaders see it: its pixels, labels, contrast and overlay. The pane and the plane in 3D share these
 * uniforms, so that both show the same; contrast and overlay upload nothing.
 */
export class SlicePicture {
  readonly image: SliceTexture;
  readonly labels: SliceTexture;
  readonly topLeft = { value: new Vector2() };
  readonly shown = { value: new Vector2(1, 1) };
  /** Where the image's first voxel lies in the label slice. */
  readonly labelOffset = { value: new Vector2() };
  readonly #window = { value: new Vector2(0, 1) };
  readonly #invert = { value: false };
  readonly #opacity = { value: 0 };
  readonly #palette: LabelPalette;

  constructor(image: SliceTexture, labels: SliceTexture, palette: LabelPalette) {
    this.image = image;
    this.labels = labels;
    this.#palette = palette;
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

  /** Returns the material that fills a pane with the part of the slice given by `topLeft` and `shown`. */
  paneMaterial(): RawShaderMaterial {
    return this.#material(PANE_VERTEX_SHADER, false);
  }

  /** Returns the material that shows the slice on a unit rectangle in the 3D view. */
  planeMaterial(): RawShaderMaterial {
    return this.#material(PLANE_VERTEX_SHADER, true);
  }

  #material(vertexShader: string, depth: boolean): RawShaderMaterial {
    const background = new Color(BACKGROUND_COLOR).convertLinearToSRGB();
    return new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader,
      fragmentShader: SLICE_FRAGMENT_SHADER,
      side: DoubleSide,
      depthTest: depth,
      depthWrite: depth,
      uniforms: {
        uTopLeft: this.topLeft,
        uShown: this.shown,
        uImage: this.image.texture,
        uImageSize: this.image.size,
        uWindow: this.#window,
        uInvert: this.#invert,
        uLabels: this.labels.texture,
        uLabelSize: this.labels.size,
        uLabelOffset: this.labelOffset,
        uPalette: this.#palette.texture,
        uOpacity: this.#opacity,
        uBackground: { value: new Vector3(background.r, background.g, background.b) },
      },
    });
  }
}
