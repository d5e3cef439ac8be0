/** A virus has 60; what asks for more than this is damaged. */
const MOST_SEQUENCES = 100_000;

/**
 * Returns the sequences of operators that an expression of _pdbx_struct_assembly_gen stands for, each to be applied from its
 * right: "1,3-5" are four of one, "(P)(1-60)" sixty of two. Null for what is no such expression.
 */
export function operatorSequences(expression: string): string[][] | null {
  const text = expression.replace(/\s/g, "");
  if (!/^([^()]+|\([^()]+\))+$/.test(text)) return null;
  let sequences: string[][] = [[]];
  for (const factor of text.match(/[^()]+/g) ?? []) {
    const ids = listed(factor);
    if (!ids || sequences.length * ids.length > MOST_SEQUENCES) return null;
    sequences = sequences.flatMap((sequence) => ids.map((id) => [...sequence, id]));
  }
  return sequences;
}

/** The ids of a list with ranges. */
function listed(list: string): string[] | null {
  const ids: string[] = [];
  for (const part of list.split(",")) {
    if (part === "") return null;
    const [, from, to] = /^(\d+)-(\d+)$/.exec(part) ?? [];
    if (from === undefined) {
      ids.push(part);
      continue;
    }
    if (Number(to) - Number(from) > MOST_SEQUENCES) return null;
    for (let id = Number(from); id <= Number(to); id++) ids.push(String(id));
  }
  return ids;
}
