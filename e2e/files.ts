import type { Download, Page } from "playwright-core";

const HEADER_BYTES = 1024;

/** Returns an MRC file (mode 2, little endian) of `shape` [nz, ny, nx] whose voxel (x, y, z) holds `value(x, y, z)`. */
export function mrcFile(
  [nz, ny, nx]: readonly [number, number, number],
  voxelSizeAngstrom: number,
  value: (x: number, y: number, z: number) => number,
): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + 4 * nz * ny * nx);
  [nx, ny, nz, 2, 0, 0, 0, nx, ny, nz].forEach((word, i) => {
    bytes.writeInt32LE(word, 4 * i);
  });
  [nx, ny, nz].forEach((n, i) => {
    bytes.writeFloatLE(n * voxelSizeAngstrom, 40 + 4 * i);
    bytes.writeFloatLE(90, 52 + 4 * i);
    bytes.writeInt32LE(i + 1, 64 + 4 * i);
  });
  bytes.write("MAP DD", 208, "latin1");
  let offset = HEADER_BYTES;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) offset = bytes.writeFloatLE(value(x, y, z), offset);
  return bytes;
}

/** Drops files on the page together, as a user does from their file manager. */
export async function dropFiles(
  page: Page,
  files: readonly { readonly name: string; readonly bytes: Buffer }[],
): Promise<void> {
  const transfer = await page.evaluateHandle(
    async (given) => {
      const data = new DataTransfer();
      for (const { name, base64 } of given) {
        const blob = await (await fetch(`data:application/octet-stream;base64,${base64}`)).blob();
        data.items.add(new File([blob], name));
      }
      return data;
    },
    files.map(({ name, bytes }) => ({ name, base64: bytes.toString("base64") })),
  );
  await page.dispatchEvent("body", "dragover", { dataTransfer: transfer });
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}

/** Drops one file on the page. */
export const dropFile = (page: Page, name: string, bytes: Buffer): Promise<void> =>
  dropFiles(page, [{ name, bytes }]);

/** Returns the bytes of what the page saved. */
export async function bytesOf(download: Download): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
