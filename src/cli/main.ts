import { processIo } from "./process-io";
import { runCli } from "./run-cli";

// npm runs scripts in the project's folder and says in INIT_CWD where it was called.
const calledByNpm = process.env.npm_lifecycle_event === "tomoscope";
const cwd = (calledByNpm && process.env.INIT_CWD) || process.cwd();

process.exitCode = await runCli(process.argv.slice(2), processIo(cwd));
