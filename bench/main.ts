// npm run -s bench -- NAME [--backend B] [--json]
import { parseArgs } from "node:util";
import type { Bench, BenchResult } from "./bench-result";

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  bm4d: async () => (await import("./bm4d")).bm4dBench,
  fft: async () => (await import("./fft")).fftBench,
  "mean-shift": async () => (await import("./mean-shift")).meanShiftBench,
  mwr: async () => (await import("./mwr")).mwrBench,
  network: async () => (await import("./network")).networkBench,
  sample: async () => (await import("./sample")).sampleBench,
  tomogram: async () => (await import("./tomogram")).tomogramBench,
  tomography: async () => (await import("./tomography")).tomographyBench,
  "training-f1": async () => (await import("./training-f1")).trainingF1Bench,
  training: async () => (await import("./training")).trainingBench,
};

const USAGE = `Usage: npm run -s bench -- NAME [--backend wasm|webgpu|reference] [--json]\nNames: ${Object.keys(BENCHES).join(", ")}`;

function describe({
  name,
  backend,
  value,
  unit,
  peer,
  peerValue,
  ratio,
  correct,
  details,
}: BenchResult): string {
  const lines = [
    `${name} on ${backend}: ${value} ${unit}`,
    `${peer}: ${peerValue === null ? "not at hand" : `${peerValue} ${unit}, ratio ${ratio}`}`,
    `results ${correct ? "correct" : "WRONG"}`,
  ];
  if (details) lines.push(JSON.stringify(details));
  return lines.join("\n");
}

async function main(): Promise<number> {
  let parsed: { positionals: string[]; values: { backend?: string; json?: boolean } };
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: { backend: { type: "string" }, json: { type: "boolean" } },
    });
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const [name, ...more] = parsed.positionals;
  if (!name || more.length > 0 || !Object.hasOwn(BENCHES, name)) {
    console.error(USAGE);
    return 2;
  }
  try {
    const bench = await BENCHES[name]();
    const result = await bench({ backend: parsed.values.backend });
    console.log(parsed.values.json ? JSON.stringify(result) : describe(result));
    return result.correct ? 0 : 1;
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
}

process.exit(await main());
