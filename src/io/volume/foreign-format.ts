/** Signatures of files that people take for volumes: where, which bytes, and what it is. */
const SIGNATURES: readonly (readonly [offset: number, signature: string, what: string])[] = [
  [0, "\x89PNG", "a PNG image"],
  [0, "\xff\xd8\xff", "a JPEG image"],
  [0, "GIF8", "a GIF image"],
  [0, "II*\0", "a TIFF image"],
  [0, "MM\0*", "a TIFF image"],
  [0, "II+\0", "a BigTIFF image"],
  [0, "\x89HDF\r\n\x1a\n", "an HDF5 file"],
  [0, "CDF\x01", "a NetCDF file"],
  [0, "PK\x03\x04", "a ZIP archive"],
  [0, "%PDF", "a PDF document"],
  [0, "IMODV1.2", "an IMOD model"],
  [0, "\x93NUMPY", "a NumPy array"],
  [0, "\x28\xb5\x2f\xfd", "a zstd-compressed file"],
  [0, "\xfd7zXZ", "an xz-compressed file"],
  [0, "7z\xbc\xaf", "a 7z archive"],
  [0, "Rar!", "a RAR archive"],
  [257, "ustar", "a tar archive"],
  [128, "DICM", "a DICOM file"],
  [344, "n+1\0", "a NIfTI volume"],
  [0, "NRRD0", "an NRRD volume"],
  [0, "\x7fELF", "a program"],
];

/** What a text begins with, and what it then is; tried in turn on text without leading blanks. */
const TEXTS: readonly (readonly [start: RegExp, what: string])[] = [
  [/^<!doctype html|^<html/i, "a web page"],
  [/^<\?xml|^<objlist/i, "an XML file"],
  [/^[[{]/, "a JSON file"],
  [/^(#[^\n]*\n\s*)*data_/, "a STAR file"],
  [/^(HEADER|ATOM|CRYST1|REMARK|HETATM) /, "a PDB file"],
  [/^version https:\/\/git-lfs/, "a Git LFS pointer, not the file itself"],
];

function isText(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}

/** Returns what the bytes at the start of a file show it to be ("a PNG image"), or null where they show nothing known. */
export function foreignFormat(head: Uint8Array): string | null {
  for (const [offset, signature, what] of SIGNATURES) {
    const matches = Array.from(signature).every(
      (character, i) => head[offset + i] === character.charCodeAt(0),
    );
    if (matches) return what;
  }
  if (!isText(head)) return null;
  const start = new TextDecoder("latin1").decode(head).trimStart();
  return TEXTS.find(([pattern]) => pattern.test(start))?.[1] ?? "a text file";
}
