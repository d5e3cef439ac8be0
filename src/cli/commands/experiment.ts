import { type Command, type FlagTable, JSON_FLAG, UsageError } from "../command";
import { ch2Experiment } from "../experiments/ch2";
import { ch4Experiment } from "../experiments/ch4";
import type { Experiment } from "../experiments/experiment";
import { BACKEND_FLAGS } from "../with-backend";

const EXPERIMENTS: readonly Experiment[] = [ch2Experiment, ch4Experiment];

const COMMON_FLAGS: FlagTable = {
  out: {
    short: "o",
    value: "DIR",
    help: "Where the numbers and the plot go: NAME.json, NAME.csv and NAME.svg. Without it only the table is printed.",
  },
  ...BACKEND_FLAGS,
  json: JSON_FLAG,
};

function namedExperiment(name: string): Experiment {
  const experiment = EXPERIMENTS.find((known) => known.name === name);
  if (experiment) return experiment;
  const names = EXPERIMENTS.map((known) => known.name).join(", ");
  throw new UsageError(`There is no experiment "${name}"; there are: ${names}.`);
}

export const experimentCommand: Command = {
  name: "experiment",
  summary: `Repeats an experiment of the thesis. NAME is ${EXPERIMENTS.map(({ name, summary }) => `${name}: ${summary}`).join("; ")}. PART is one of ch2's: ${ch2Experiment.parts?.join(", ")}.`,
  operands: ["NAME"],
  optionalOperand: "PART",
  flags: { ...Object.assign({}, ...EXPERIMENTS.map(({ flags }) => flags)), ...COMMON_FLAGS },
  async run(args, io) {
    const experiment = namedExperiment(args.operands[0]);
    const known = { ...experiment.flags, ...COMMON_FLAGS };
    const foreign = Object.keys(args.flags).find((flag) => !(flag in known));
    if (args.operands[1] !== undefined && !experiment.parts)
      throw new UsageError(`The experiment ${experiment.name} has no parts.`);
    if (foreign) throw new UsageError(`The experiment ${experiment.name} has no flag --${foreign}.`);
    await experiment.run(args, io);
  },
};
