import type { StoredType } from "./feature-map";

type Ranges = Readonly<Record<string, number>>;

/**
 * Returns WGSL with its types and constants in front and its `unroll` blocks written out, so that one source serves every
 * variant of a kernel. `types` tells what vectors of four values are made of: { Input4: "f16" } makes Input4 a vec4<f16>.
 *
 * In the source, the lines between `// unroll v, q` and `// end` stand once for each v and q below their numbers in `ranges`
 * (the last name runs fastest), with ${v} and sums like ${v+q} replaced by numbers. WGSL needs it: sums stay in registers
 * only as variables of their own, never as an array with an index.
 */
export function kernelCode(
  source: string,
  types: Readonly<Record<string, StoredType>>,
  constants: Readonly<Record<string, number>>,
  ranges: Ranges = {},
): string {
  const half = Object.values(types).includes("f16") ? ["enable f16;"] : [];
  const aliases = Object.entries(types).map(([name, type]) => `alias ${name} = vec4<${type}>;`);
  const values = Object.entries(constants).map(([name, value]) => `const ${name} = ${value}u;`);
  return [...half, ...aliases, ...values, ...unrolled(source.split("\n"), ranges)].join("\n");
}

const UNROLL = /^\s*\/\/ unroll (.+)$/;
const END = /^\s*\/\/ end$/;

function unrolled(lines: readonly string[], ranges: Ranges): readonly string[] {
  const start = lines.findIndex((line) => UNROLL.test(line));
  if (start < 0) return lines;
  const end = matchingEnd(lines, start);
  const names = (UNROLL.exec(lines[start])?.[1] ?? "").split(", ");
  return [
    ...lines.slice(0, start),
    ...unrolled(repeated(lines.slice(start + 1, end), names, ranges), ranges),
    ...unrolled(lines.slice(end + 1), ranges),
  ];
}

function matchingEnd(lines: readonly string[], start: number): number {
  let depth = 0;
  for (let i = start; i < lines.length; i++) {
    if (UNROLL.test(lines[i])) depth++;
    if (END.test(lines[i])) depth--;
    if (depth === 0) return i;
  }
  throw new Error(`A kernel's unroll block has no end: ${lines[start]}`);
}

function repeated(block: readonly string[], [name, ...more]: readonly string[], ranges: Ranges): string[] {
  if (name === undefined) return [...block];
  return Array.from({ length: ranges[name] }, (_, value) =>
    repeated(
      block.map((line) => withValue(line, name, value)),
      more,
      ranges,
    ),
  ).flat();
}

/** Puts a number for a name into the ${…} of a line; a sum whose names are all known becomes its value. */
function withValue(line: string, name: string, value: number): string {
  return line.replace(/\$\{([^}]+)\}/g, (_, sum: string) => {
    const terms = sum.split("+").map((term) => (term === name ? String(value) : term));
    const known = terms.every((term) => /^\d+$/.test(term));
    return known ? String(terms.reduce((total, term) => total + Number(term), 0)) : `\${${terms.join("+")}}`;
  });
}
