import { FormatError } from "../../core/errors";
import type { Assembly, ReadStructureOptions } from "./assembly";

/**
 * Returns the assembly that was asked for, null where the atoms are to be taken as they stand. Throws "bad-value" for one that
 * the file does not describe.
 */
export function chooseAssembly(
  assemblies: readonly Assembly[],
  asked: ReadStructureOptions["assembly"],
  name: string,
): Assembly | null {
  if (asked === "none") return null;
  if (asked === undefined) return assemblies.find(({ id }) => id === "1") ?? assemblies[0] ?? null;
  const found = assemblies.find(({ id }) => id === String(asked));
  if (found) return found;
  const has = assemblies.length > 0 ? `it has ${assemblies.map(({ id }) => id).join(", ")}` : "it has none";
  throw new FormatError("bad-value", `${name} describes no assembly ${asked}: ${has}.`, { assembly: asked });
}
