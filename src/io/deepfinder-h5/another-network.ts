import { FormatError } from "../../core/errors";

/** Throws "unsupported": a file holds another network than DeepFinder's; `what` differs. */
export function anotherNetwork(fileName: string, what: string): never {
  throw new FormatError("unsupported", `${fileName} holds another network than DeepFinder's: ${what}.`, {});
}

const ordinal = (n: number) =>
  `${n}${["th", "st", "nd", "rd"][n % 10 > 3 || (n > 10 && n < 14) ? 0 : n % 10]}`;

/** Returns how a sentence names a convolution by its place in the network, from 0 on: "its 2nd convolution (conv3d_1)". */
export const convolutionText = (i: number, name: string): string =>
  `its ${ordinal(i + 1)} convolution (${name})`;
