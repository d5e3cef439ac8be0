/** Draws an SVG as a PNG of so many pixels. */
export async function drawSvg(svg: string, width: number, height: number): Promise<Blob> {
  const picture = new Image(width, height);
  // As a data address: a canvas that has drawn it may still be read in every browser.
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, width, height);
  return canvas.convertToBlob({ type: "image/png" });
}
