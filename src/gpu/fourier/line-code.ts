import { dftCode } from "./dft-code";
import { isDirect, type LinePlan, pairGroups, pairsPerItem, stageItems } from "./line-plan";
import type { Twiddles } from "./twiddles";

/** Where a transform takes its numbers from, and where it leaves them. */
export interface LineEnds {
  /** Returns an expression for the element that an expression tells; null where they are in `lines` already. */
  readonly load: Load | null;
  /** Returns a statement. */
  readonly store: Store;
  /** Whether `store` writes to `lines`. */
  readonly storesInLines: boolean;
  /** Returns the index of an element in `lines`. */
  readonly at: Load;
}

type Load = (element: string) => string;
type Store = (element: string, value: string) => string;

interface Stage {
  readonly plan: LinePlan;
  readonly radix: number;
  /** Product of the radices before. */
  readonly span: number;
  readonly twiddles: Twiddles;
  /** In front of the names of what the stage keeps in registers. */
  readonly prefix: string;
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/**
 * Writes the transform of a workgroup's lines, X[k] = Σ x[j] e^(−2πijk/n): Stockham's self-sorting form, in which a stage reads
 * its numbers into registers and leaves them in workgroup memory for the next; the first loads and the last stores. The code
 * knows its thread of the line as `t`, twiddles as `factors`, and workgroup memory, which no thread still reads, as `lines`.
 */
export function lineCode(
  plan: LinePlan,
  twiddles: Twiddles,
  { load, store, storesInLines, at }: LineEnds,
): string {
  const { radices } = plan;
  const inLines = (element: string) => `lines[${at(element)}]`;
  const toLines = (element: string, value: string) => `${inLines(element)} = ${value};`;
  const code: string[] = [];
  let span = 1;
  radices.forEach((radix, index) => {
    const stage: Stage = { plan, radix, span, twiddles, prefix: `s${index}` };
    const isFirst = index === 0;
    const isLast = index === radices.length - 1;
    const loads = isFirst ? load : null;
    const readsLines = loads === null || isDirect(radix);
    const { transform, write } = isDirect(radix)
      ? directCode(stage, inLines, isLast ? store : toLines)
      : registerCode(stage, loads ?? inLines, isLast ? store : toLines);
    if (loads === null) code.push(BARRIER);
    if (isDirect(radix) && loads) code.push(fillCode(plan, loads, toLines), BARRIER);
    if (isDirect(radix) && span > 1) code.push(turnCode(stage, inLines), BARRIER);
    code.push(transform);
    if (readsLines && (!isLast || storesInLines)) code.push(BARRIER);
    code.push(write);
    span *= radix;
  });
  return `{\n${code.join("\n")}\n}`;
}

const BARRIER = "workgroupBarrier();";

/** Loads whole lines into workgroup memory, for a first stage that sums from there. */
function fillCode({ length, threads }: LinePlan, load: Load, toLines: Store): string {
  return `for (var e = t; e < ${length}u; e += ${threads}u) { ${toLines("e", load("e"))} }`;
}

/** Multiplies by a stage's twiddles in workgroup memory, for sums that read each number many times. */
function turnCode({ plan, radix, span, twiddles }: Stage, inLines: Load): string {
  const step = plan.length / radix;
  const start = twiddles.ofStage(radix, span);
  return `for (var e = t + ${step}u; e < ${plan.length}u; e += ${plan.threads}u) {
  let factor = factors[${start}u + (e / ${step}u - 1u) * ${span}u + e % ${step}u % ${span}u];
  ${inLines("e")} = product(${inLines("e")}, factor);
}`;
}

/** A stage whose butterflies are in registers, of which a thread makes some. */
function registerCode(stage: Stage, read: Load, write: Store) {
  const { plan, radix, span, twiddles, prefix } = stage;
  const step = plan.length / radix;
  const start = span > 1 ? twiddles.ofStage(radix, span) : 0;
  const kept = (round: number, k: number) => `${prefix}_${round}_${k}`;
  const transform = rounds(stage, (round) => {
    const lines: string[] = [];
    const name = (expression: string) => {
      lines.push(`let v${lines.length} = ${expression};`);
      return `v${lines.length - 1}`;
    };
    const inputs = range(radix).map((k) => {
      const value = read(`item + ${k * step}u`);
      if (span === 1 || k === 0) return name(value);
      return name(`product(${value}, factors[item % ${span}u + ${start + (k - 1) * span}u])`);
    });
    const outputs = dftCode(inputs, name);
    return [...lines, ...outputs.map((value, k) => `${kept(round, k)} = ${value};`)];
  });
  const result = rounds(stage, (round) => [
    `let first = ${firstOutput(stage, "item")};`,
    ...range(radix).map((k) => write(`first + ${k * span}u`, kept(round, k))),
  ]);
  const names = range(roundCount(stage)).flatMap((round) => range(radix).map((k) => kept(round, k)));
  return { transform: [...names.map(declaration), transform].join("\n"), write: result };
}

/**
 * A stage whose radix is a large prime: the outputs k and radix − k come from the same cosine sums and sine sums of the points
 * j and radix − j. A thread makes some such pairs at a time, so that each point that it reads serves them all.
 */
function directCode(stage: Stage, inLines: Load, write: Store) {
  const { plan, radix, span, twiddles, prefix } = stage;
  const step = plan.length / radix;
  const half = (radix - 1) / 2;
  const groups = pairGroups(radix);
  const pairs = range(pairsPerItem(radix));
  const roots = twiddles.roots(radix);
  const low = (round: number, pair: number) => `${prefix}_${round}_${pair}`;
  const high = (round: number, pair: number) => `${low(round, pair)}m`;
  const eachPair = (line: (pair: number) => string) => pairs.map(line);
  const transform = rounds(stage, (round) => [
    `let butterfly = item % ${step}u;`,
    `let start = ${inLines("butterfly")};`,
    ...eachPair((p) => `let k${p} = item / ${step}u + ${p * groups}u;`),
    ...eachPair((p) => `var turn${p} = 0u;`),
    ...eachPair((p) => `var even${p} = start;`),
    ...eachPair((p) => `var odd${p} = vec2f();`),
    `for (var j = 1u; j <= ${half}u; j++) {`,
    `let a = ${inLines(`butterfly + j * ${step}u`)};`,
    `let b = ${inLines(`butterfly + (${radix}u - j) * ${step}u`)};`,
    ...eachPair(
      (p) => `turn${p} += k${p};
turn${p} -= select(0u, ${radix}u, turn${p} >= ${radix}u);
let root${p} = factors[${roots}u + turn${p}];
even${p} += root${p}.x * (a + b);
odd${p} += root${p}.y * (a - b);`,
    ),
    "}",
    ...eachPair((p) => `${low(round, p)} = even${p} + vec2f(odd${p}.y, -odd${p}.x);`),
    ...eachPair((p) => `${high(round, p)} = even${p} - vec2f(odd${p}.y, -odd${p}.x);`),
  ]);
  const result = rounds(stage, (round) => [
    `let first = ${firstOutput(stage, `(item % ${step}u)`)};`,
    ...eachPair((p) => {
      const k = `(item / ${step}u + ${p * groups}u)`;
      return `if (${k} <= ${half}u) { ${write(`first + ${k} * ${span}u`, low(round, p))} }
if (${k} > 0u && ${k} <= ${half}u) { ${write(`first + (${radix}u - ${k}) * ${span}u`, high(round, p))} }`;
    }),
  ]);
  const names = range(roundCount(stage)).flatMap((round) =>
    pairs.flatMap((p) => [low(round, p), high(round, p)]),
  );
  return { transform: [...names.map(declaration), transform].join("\n"), write: result };
}

const declaration = (name: string) => `var ${name}: vec2f;`;

const roundCount = ({ plan, radix }: Stage) => Math.ceil(stageItems(plan.length, radix) / plan.threads);

/** Writes a block for each item of a thread, which the block knows as `item`. */
function rounds(stage: Stage, block: (round: number) => readonly string[]): string {
  const { plan, radix } = stage;
  const items = stageItems(plan.length, radix);
  return range(roundCount(stage))
    .map((round) => {
      const guard =
        (round + 1) * plan.threads > items ? `if (t + ${round * plan.threads}u < ${items}u) ` : "";
      return `${guard}{\nlet item = t + ${round * plan.threads}u;\n${block(round).join("\n")}\n}`;
    })
    .join("\n");
}

/** Where the outputs of a butterfly start, `span` apart. */
function firstOutput({ radix, span, plan }: Stage, butterfly: string): string {
  if (span === 1) return `${butterfly} * ${radix}u`;
  if (span * radix === plan.length) return butterfly;
  return `${butterfly} / ${span}u * ${span * radix}u + ${butterfly} % ${span}u`;
}
