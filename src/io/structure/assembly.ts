/** A rigid motion as twelve numbers: three rows of a rotation and a shift in ångström. */
export type Operator = readonly number[];

export const IDENTITY: Operator = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

/** How a biological assembly is made from the chains of a file: each part takes its chains through each of its operators. */
export interface Assembly {
  readonly id: string;
  readonly parts: readonly {
    readonly chains: ReadonlySet<string>;
    readonly operators: readonly Operator[];
  }[];
}

/** Returns the motion that is first `second`, then `first`: the product of their matrices as written. */
export function composed(first: Operator, second: Operator): Operator {
  return Array.from({ length: 12 }, (_, i) => {
    const row = 4 * Math.floor(i / 4);
    const column = i % 4;
    let sum = column === 3 ? first[row + 3] : 0;
    for (let k = 0; k < 3; k++) sum += first[row + k] * second[4 * k + column];
    return sum;
  });
}

export interface ReadStructureOptions {
  /** Which biological assembly to build; by default the first that the file describes, "none" takes the atoms as they stand. */
  readonly assembly?: number | "none";
  /** Told in a sentence each what was left out or taken for something else. */
  onNote?(sentence: string): void;
}
