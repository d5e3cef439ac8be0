import { basename, resolve } from "node:path";
import { AbortError, isAbort } from "../core/errors";
import type { Operation, Provenance } from "../core/task/operation";
import type { ParamSpec, ParamValues } from "../core/task/params";
import type { TaskContext } from "../core/task/task";
import type { VolumeSink, VolumeSpec } from "../core/volume/volume";
import { createMrcSink, type MrcSink } from "../io/mrc/mrc-writer";
import type { ByteSink } from "../io/source/byte-sink";
import type { CliIo } from "./command";
import { type FileSink, fileSink } from "./file-sink";
import { createProgressLine } from "./progress-line";
import { VERSION } from "./version";

/** Takes a volume that nobody asked for. */
const nowhere: VolumeSink = { write: async () => {}, close: async () => {} };

/** How the volumes of a run that is cancelled are kept, if sections of them are finished. */
interface KeepUnfinished {
  /** Returns the name under which a result is kept. */
  nameOf(path: string): string;
  /** Returns what its header says of it. */
  noteOf(sections: number): string;
  /** Returns the error that the run ends with then. */
  errorOf(sections: number): Error;
}

interface OpenResult {
  readonly path: string;
  readonly file: FileSink;
  readonly sink: MrcSink;
  readonly sections: number;
}

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
    readonly unfinished?: KeepUnfinished;
  },
): Promise<OperationRun<Output>> {
  const line = createProgressLine(operation.label, io.stderr);
  const results: OpenResult[] = [];
  let finishedSections = 0;
  const context: TaskContext<Preview> = {
    signal: io.signal,
    onProgress(progress) {
      const { finishedSections: sections } = (progress.preview ?? {}) as { finishedSections?: number };
      finishedSections = sections ?? finishedSections;
      line.update(progress);
    },
    async breathe() {
      await new Promise((resume) => setImmediate(resume));
      if (io.signal.aborted) throw new AbortError();
    },
    async createVolume(spec) {
      const path = about.fileFor(spec);
      if (path === undefined) return nowhere;
      const file = await fileSink(resolve(io.cwd, path));
      // Files take their names together, once the whole run has succeeded.
      const kept: ByteSink = { ...file, close: async () => {} };
      const sink = createMrcSink({ ...spec, name: basename(path) }, kept);
      results.push({ path, file, sink, sections: spec.shape[0] });
      return sink;
    },
  };
  try {
    const output = await operation.run(inputs, params, context);
    for (const { file } of results) await file.close();
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
    const { unfinished } = about;
    if (unfinished && isAbort(error) && finishedSections > 0) {
      for (const result of results) await keep(result, finishedSections, unfinished, io.cwd);
      throw unfinished.errorOf(finishedSections);
    }
    for (const { file } of results) await file.discard();
    throw error;
  }
}

/** Ends a file whose last sections are missing: they are zeros, which a file system need not store. */
async function keep(
  { path, file, sink, sections }: OpenResult,
  finished: number,
  { nameOf, noteOf }: KeepUnfinished,
  cwd: string,
): Promise<void> {
  await file.write(0, sink.header(noteOf(finished)));
  await file.resize(sink.bytesOf(finished));
  await file.resize(sink.bytesOf(sections));
  await file.closeAs(resolve(cwd, nameOf(path)));
}
