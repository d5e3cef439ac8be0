import { AbortError } from "../core/errors";
import type { CliIo } from "./command";

/**
 * Returns this process as a command sees it: Ctrl-C or a kill cancels, so that no half-written file is left; a
 * second one ends at once.
 */
export function processIo(cwd: string): CliIo {
  const cancel = new AbortController();
  for (const request of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(request, () => cancel.abort(new AbortError()));
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  return { stdout: process.stdout, stderr: process.stderr, signal: cancel.signal, cwd };
}
