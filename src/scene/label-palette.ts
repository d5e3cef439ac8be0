import { Color, DataTexture } from "three";
import type { ClassStyle } from "./viewer-props";

const LABELS = 256;

/** The colour of every label as a 256 × 1 texture; alpha 0 hides a label. Label 0 and labels without a class are hidden. */
export class LabelPalette {
  readonly texture = { value: new DataTexture(new Uint8Array(4 * LABELS), LABELS, 1) };

  update(classes: readonly ClassStyle[]): void {
    const bytes = this.texture.value.image.data as Uint8Array;
    bytes.fill(0);
    for (const { label, color, visible } of classes) {
      if (!visible || label < 1 || label >= LABELS) continue;
      const hex = new Color(color).getHex();
      bytes.set([hex >> 16, (hex >> 8) & 255, hex & 255, 255], 4 * label);
    }
    this.texture.value.needsUpdate = true;
  }

  dispose(): void {
    this.texture.value.dispose();
  }
}
