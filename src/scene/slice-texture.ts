import { DataTexture, FloatType, type MagnificationTextureFilter, RedFormat, Vector2 } from "three";
import type { SlicePixels } from "./viewer-props";

/** A slice on the graphics card (R32F), with the uniforms that shaders read it through. Size 0 × 0 means: nothing there. */
export class SliceTexture {
  readonly texture: { value: DataTexture };
  readonly size = { value: new Vector2(0, 0) };
  readonly #filter: MagnificationTextureFilter;

  constructor(filter: MagnificationTextureFilter) {
    this.#filter = filter;
    this.texture = { value: this.#create(new Float32Array(1), 1, 1) };
  }

  /** Uploads a slice at the next frame, into the same texture if the size is the same; null empties it. */
  set(pixels: SlicePixels | null): void {
    if (!pixels) {
      this.size.value.set(0, 0);
      return;
    }
    const { values, width, height } = pixels;
    const current = this.texture.value;
    if (current.image.width === width && current.image.height === height) {
      current.image.data = values;
      current.needsUpdate = true;
    } else {
      current.dispose();
      this.texture.value = this.#create(values, width, height);
    }
    this.size.value.set(width, height);
  }

  dispose(): void {
    this.texture.value.dispose();
  }

  #create(values: Float32Array, width: number, height: number): DataTexture {
    const texture = new DataTexture(values as Float32Array<ArrayBuffer>, width, height, RedFormat, FloatType);
    texture.magFilter = this.#filter;
    texture.minFilter = this.#filter;
    texture.needsUpdate = true;
    return texture;
  }
}
