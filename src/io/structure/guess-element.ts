import { atomicNumberOf } from "./elements";

/** Amino acids and nucleotides: none has an element of two letters, so a name is read right however it is aligned. */
const POLYMER = new Set(
  "ALA ARG ASN ASP CYS GLN GLU GLY HIS ILE LEU LYS MET PHE PRO SER THR TRP TYR VAL ASX GLX UNK PYL HID HIE HIP CYX A C G U T I N DA DC DG DT DU DI".split(
    " ",
  ),
);
/** First letters that begin four-letter names far more often than symbols of two letters: "HG21", "CAA1". */
const ORGANIC = /^[HDCNOPS]/;
/** Symbols of two letters that do begin longer names. */
const TWO_LETTERS = /^(CL|BR|FE|ZN|MG|MN|SE)/;

/**
 * Returns the atomic number that an atom's name shows, or null. In a PDB file (`columns`, the four characters of columns 13
 * to 16) a symbol of one letter stands in the second of them: " CA " is carbon, "CA  " calcium; names of four letters fill
 * them all. Elsewhere (`columns` false) a name that begins like a longer symbol counts as its first letter, unless the residue
 * is that very ion.
 */
export function guessElement(name: string, residueName: string, columns: boolean): number | null {
  const letters = name.trim().replace(/^\d+/, "").toUpperCase();
  if (POLYMER.has(residueName.toUpperCase())) return atomicNumberOf(letters.slice(0, 1));
  const one = atomicNumberOf(letters.slice(0, 1));
  const two = /^[A-Z]{2}/.test(letters) ? atomicNumberOf(letters.slice(0, 2)) : null;
  if (TWO_LETTERS.test(letters) && !(columns && /^ /.test(name))) return two;
  const isIon = letters === residueName.trim().toUpperCase();
  if (!columns) return (isIon ? two : null) ?? one ?? two;
  if (/^[ \d]/.test(name)) return one ?? (isIon ? two : null);
  const isFull = /^\S{4}$/.test(name);
  return (isFull && ORGANIC.test(letters) ? one : two) ?? one;
}
