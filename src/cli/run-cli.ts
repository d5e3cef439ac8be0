import { isAbort, isTagged } from "../core/errors";
import { type CliIo, type Command, UsageError } from "./command";
import { auditCommand } from "./commands/audit";
import { convertCommand } from "./commands/convert";
import { correctCtfCommand } from "./commands/correct-ctf";
import { correlateCommand } from "./commands/correlate";
import { ctfCommand } from "./commands/ctf";
import { densityCommand } from "./commands/density";
import { distancesCommand } from "./commands/distances";
import { evaluateCommand } from "./commands/evaluate";
import { experimentCommand } from "./commands/experiment";
import { fitBeadsCommand } from "./commands/fit-beads";
import { infoCommand } from "./commands/info";
import { localizeCommand } from "./commands/localize";
import { modelCommand } from "./commands/model";
import { reconstructCommand } from "./commands/reconstruct";
import { restoreCommand } from "./commands/restore";
import { segmentCommand } from "./commands/segment";
import { simulateCommand } from "./commands/simulate";
import { trainCommand } from "./commands/train";
import { commandHelp, mainHelp } from "./help";
import { parseArgs } from "./parse-args";
import { VERSION } from "./version";

const COMMANDS: readonly Command[] = [
  infoCommand,
  convertCommand,
  restoreCommand,
  auditCommand,
  correlateCommand,
  segmentCommand,
  localizeCommand,
  evaluateCommand,
  distancesCommand,
  trainCommand,
  modelCommand,
  experimentCommand,
  simulateCommand,
  correctCtfCommand,
  ctfCommand,
  reconstructCommand,
  densityCommand,
  fitBeadsCommand,
];

const DONE = 0;
const FAILED = 1;
const WRONG_USE = 2;

/**
 * Runs the command that `argv` names and returns the exit code: 0 done, 1 failed, 2 wrong use. Errors go to stderr, one
 * sentence each.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined || first === "--help" || first === "-h" || first === "help") {
    io.stdout.write(mainHelp(COMMANDS));
    return first === undefined ? WRONG_USE : DONE;
  }
  if (first === "--version") {
    io.stdout.write(`${VERSION}\n`);
    return DONE;
  }
  const command = COMMANDS.find(({ name }) => name === first);
  if (!command) {
    io.stderr.write(`tomoscope has no command "${first}". tomoscope --help lists them.\n`);
    return WRONG_USE;
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    io.stdout.write(commandHelp(command));
    return DONE;
  }
  try {
    await command.run(parseArgs(command, rest), io);
    return DONE;
  } catch (error) {
    const wrongUse = error instanceof UsageError || isTagged(error, "bad-parameter");
    const sentence = error instanceof Error ? error.message : String(error);
    const hint = wrongUse ? ` tomoscope ${command.name} --help explains its flags.` : "";
    io.stderr.write(`${isAbort(error) ? "Cancelled: nothing was written." : sentence}${hint}\n`);
    return wrongUse ? WRONG_USE : FAILED;
  }
}
