import { basename, resolve } from "node:path";
import { AbortError } from "../core/errors";
import type { Operation, Provenance } from "../core/task/operation";
import type { ParamSpec, ParamValues } from "../core/task/params";
import type { TaskContext } from "../core/task/task";
import type { VolumeSink, VolumeSpec } from "../core/volume/volume";
import { createMrcSink } from "../io/mrc/mrc-writer";
import type { ByteSink } from "../io/source/byte-sink";
import type { CliIo } from "./command";
import { fileSink } from "./file-sink";
import { createProgressLine } from "./progress-line";
import { VERSION } from "./version";

/** Takes a volume that nobody asked for. */
const nowhere: VolumeSink = { write: async () => {}, close: async () => {} };

export interface OperationRun<Output> {
  readonly output: Output;
  readonly provenance: Provenance;
}

/**
 * Runs an operation as a command does: progress on stderr, volumes into the files that `fileFor` names (without a name they
 * are dropped), cancelled by the signal. A run that fails leaves no file, and those that were there as they were.
 */
export async function runOperation<Spec extends ParamSpec, Inputs, Output, Preview>(
  operation: Operation<Spec, Inputs, Output, Preview>,
  inputs: Inputs,
  params: ParamValues<Spec>,
  io: CliIo,
  about: {
    fileFor(spec: VolumeSpec): string | undefined;
    readonly inputNames: readonly string[];
    readonly backend: string;
  },
): Promise<OperationRun<Output>> {
  const line = createProgressLine(operation.label, io.stderr);
  const files: ByteSink[] = [];
  const context: TaskContext<Preview> = {
    signal: io.signal,
    onProgress: line.update,
    async breathe() {
      await new Promise((resume) => setImmediate(resume));
      if (io.signal.aborted) throw new AbortError();
    },
    async createVolume(spec) {
      const path = about.fileFor(spec);
      if (path === undefined) return nowhere;
      const file = await fileSink(resolve(io.cwd, path));
      files.push(file);
      // Files take their names together, once the whole run has succeeded.
      const kept: ByteSink = { ...file, close: async () => {} };
      return createMrcSink({ ...spec, name: basename(path) }, kept);
    },
  };
  try {
    const output = await operation.run(inputs, params, context);
    for (const file of files) await file.close();
    const provenance = {
      operation: operation.id,
      params,
      inputs: about.inputNames,
      backend: about.backend,
      version: VERSION,
      seconds: Number(line.end().toFixed(3)),
    };
    return { output, provenance };
  } catch (error) {
    line.end();
    for (const file of files) await file.discard();
    throw error;
  }
}
