import { AbortError } from "../core/errors";
import { runCli } from "./run-cli";

const cancel = new AbortController();
process.once("SIGINT", () => cancel.abort(new AbortError()));

// npm runs scripts in the project's folder and says in INIT_CWD where it was called.
const calledByNpm = process.env.npm_lifecycle_event === "tomoscope";
const cwd = (calledByNpm && process.env.INIT_CWD) || process.cwd();

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: cancel.signal,
  cwd,
});
