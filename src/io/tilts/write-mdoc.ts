/** What a tilt series' .mdoc says; one value for each image, in the order of the stack. */
export interface MdocSeries {
  /** Of the stack. */
  readonly imageFile: string;
  readonly pixelSizeAngstrom: number;
  readonly tiltsDeg: readonly number[];
  /** Underfocus is positive, as everywhere here; the file turns the sign. */
  readonly defociMicrometre: readonly number[];
}

/** Returns the text of an .mdoc as SerialEM writes one, as far as `readMdoc` reads it: tilts, defoci and the pixel size. */
export function writeMdoc({ imageFile, pixelSizeAngstrom, tiltsDeg, defociMicrometre }: MdocSeries): string {
  const images = tiltsDeg.map((tilt, i) =>
    [
      `[ZValue = ${i}]`,
      `TiltAngle = ${Number(tilt.toFixed(4))}`,
      `TargetDefocus = ${Number((-defociMicrometre[i]).toFixed(5))}`,
      `PixelSpacing = ${pixelSizeAngstrom}`,
      "",
    ].join("\n"),
  );
  return [`PixelSpacing = ${pixelSizeAngstrom}`, `ImageFile = ${imageFile}`, "", ...images].join("\n");
}
