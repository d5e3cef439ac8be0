/** What a command needs of its surroundings, as CliIo of src/cli has it. */
interface CommandIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly signal: AbortSignal;
  readonly cwd: string;
}

/** Runs the command line in a folder and returns its exit code with what it wrote. */
export async function runCaptured(
  run: (argv: readonly string[], io: CommandIo) => Promise<number>,
  argv: readonly string[],
  cwd: string,
  signal = new AbortController().signal,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const written = { stdout: "", stderr: "" };
  const code = await run(argv, {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    signal,
    cwd,
  });
  return { code, ...written };
}
