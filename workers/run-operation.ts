import { version } from "../package.json";
import type { OperationId, RunOutputs, RunRequests, RunResult } from "../src/contracts/compute";
import type { ModelFile, ResultVolume, VolumeFile } from "../src/contracts/files";
import type { Backend } from "../src/core/backend";
import type { Model } from "../src/core/nn/model";
import { AUDIT } from "../src/core/operations/audit";
import { CORRECT_CTF } from "../src/core/operations/correct-ctf";
import { DENSITY } from "../src/core/operations/density";
import { DISTANCES } from "../src/core/operations/distances";
import { LOCALIZE } from "../src/core/operations/localize";
import { RECONSTRUCT } from "../src/core/operations/reconstruct";
import { SEGMENT } from "../src/core/operations/segment";
import { imageScene, SIMULATE, writeTruth } from "../src/core/operations/simulate";
import type { Structure } from "../src/core/structure/structure";
import type { ParamSpec, ParamValues } from "../src/core/task/params";
import { checkParams } from "../src/core/task/params";
import type { TaskContext } from "../src/core/task/task";
import type { VolumeReader, VolumeSpec } from "../src/core/volume/volume";
import { createMrcSink, type MrcSink } from "../src/io/mrc/mrc-writer";
import { createBlobSink } from "../src/io/source/blob-sink";
import { blobSource } from "../src/io/source/blob-source";
import { openStructure } from "../src/io/structure/open-structure";
import { openVolume } from "../src/io/volume/open-volume";
import { openFinished, unfinishedFile, withFinishedFiles } from "./finished-sections";
import type { KeptChain } from "./kept-chain";
import type { KeptLabels } from "./kept-labels";
import type { KeptScene } from "./kept-scene";
import type { RestoreControl } from "./restore-steering";
import { runRestore } from "./run-restore";
import { runTrain } from "./run-train";

/** What an operation runs on and with. */
export interface RunTools extends Pick<TaskContext, "signal" | "onProgress" | "breathe"> {
  readonly backend: Backend;
  /** Opens the backends anew after the GPU was lost, and gives the one that is used from then on. */
  renewBackend(): Promise<Backend>;
  /** Whether the page has time for a report that can as well be left out. */
  isPageReady(): boolean;
  loadModel(model: string | ModelFile): Promise<Model>;
  /** Gives a structure of the library by its id. */
  loadStructure(id: string): Promise<Structure>;
  readonly keptScene: KeptScene;
  readonly keptLabels: KeptLabels;
  readonly keptChain: KeptChain;
  readonly control: RestoreControl;
}

type GivenParams = Readonly<Record<string, unknown>>;

interface Run<Id extends OperationId> {
  readonly output: RunOutputs[Id];
  readonly params: ParamValues<ParamSpec>;
  readonly inputs: readonly string[];
  readonly remarks?: readonly string[];
}

interface RunContext extends TaskContext {
  /** Returns the volumes that are open, with so many sections of them finished. */
  unfinishedVolumes(sections: number): readonly ResultVolume[];
}

type Runner<Id extends OperationId> = (
  inputs: RunRequests[Id],
  params: GivenParams,
  tools: RunTools,
  context: RunContext,
) => Promise<Run<Id>>;

async function openFile(
  { blob, name, voxelSizeAngstrom: stated }: VolumeFile,
  { signal }: RunTools,
): Promise<VolumeReader> {
  const { meta, readBox } = await openVolume(blobSource(blob, name), { signal });
  if (stated === undefined) return { meta, readBox };
  return { meta: { ...meta, voxelSizeAngstrom: { x: stated, y: stated, z: stated } }, readBox };
}

const RUNNERS: { readonly [Id in OperationId]: Runner<Id> } = {
  restore: async (inputs, given, tools, context) =>
    runRestore(await openFile(inputs.volume, tools), inputs, given, tools, context),

  async segment(inputs, given, tools, context) {
    const volume = await openFile(inputs.volume, tools);
    const params = checkParams(SEGMENT.params, given, volume.meta.shape);
    const model = await tools.loadModel(inputs.model);
    const finished =
      inputs.finished && (await openFinished(inputs.finished, (file) => openFile(file, tools)));
    const output = await SEGMENT.run(
      { volume, model, backend: tools.backend, finished },
      params,
      withFinishedFiles(context, params, context.unfinishedVolumes),
    );
    return { output, params, inputs: [volume.meta.name, model.manifest.name] };
  },

  async localize(inputs, given, tools, context) {
    const labels = await openFile(inputs.labels, tools);
    const score = inputs.score && (await openFile(inputs.score, tools));
    const params = checkParams(LOCALIZE.params, given, labels.meta.shape);
    const localizer = tools.keptLabels(inputs);
    const output = await localizer.run({ labels, score, classes: inputs.classes }, params, context);
    const names = [labels.meta.name, ...(score ? [score.meta.name] : [])];
    return { output, params, inputs: names };
  },

  async distances(inputs, given, tools, context) {
    const labels = await openFile(inputs.labels, tools);
    const params = checkParams(DISTANCES.params, given, labels.meta.shape);
    const output = await DISTANCES.run({ labels, points: inputs.points }, params, context);
    return { output, params, inputs: [labels.meta.name] };
  },

  async audit({ place, ...files }, given, tools, context) {
    const [original, restored] = [
      await openFile(files.original, tools),
      await openFile(files.restored, tools),
    ];
    const [reference, std] = [
      files.reference && (await openFile(files.reference, tools)),
      files.std && (await openFile(files.std, tools)),
    ];
    const params = checkParams(AUDIT.params, given, restored.meta.shape);
    const inputs = { original, restored, reference, std, place, backend: tools.backend };
    const output = await AUDIT.run(inputs, params, context);
    const names = [original, restored, reference, std].flatMap((volume) =>
      volume ? [volume.meta.name] : [],
    );
    return { output, params, inputs: names };
  },

  async reconstruct({ stack: file, tiltsDeg }, given, tools, context) {
    const stack = await openFile(file, tools);
    const params = checkParams(RECONSTRUCT.params, given, stack.meta.shape);
    const output = await RECONSTRUCT.run({ stack, tiltsDeg, backend: tools.backend }, params, context);
    return { output, params, inputs: [stack.meta.name] };
  },

  async "correct-ctf"({ stack: file, tiltsDeg, defociMicrometre }, given, tools, context) {
    const stack = await openFile(file, tools);
    const params = checkParams(CORRECT_CTF.params, given, stack.meta.shape);
    const inputs = { stack, tiltsDeg, defociMicrometre, backend: tools.backend };
    const output = await CORRECT_CTF.run(inputs, params, context);
    return { output, params, inputs: [stack.meta.name] };
  },

  async density({ structure: { blob, name } }, given, { signal }, context) {
    const structure = await openStructure(blobSource(blob, name), { signal });
    const params = checkParams(DENSITY.params, given);
    const output = await DENSITY.run({ structure }, params, context);
    return { output, params, inputs: [name] };
  },

  async simulate({ recipe, shape, truth }, given, tools, context) {
    const params = checkParams(SIMULATE.params, given, shape ?? recipe.scene.shape);
    const { seed } = params;
    const { scene, imager } = await tools.keptScene({ recipe, shape, seed, backend: tools.backend }, context);
    if (truth) await writeTruth(scene, recipe, context);
    const output = await imageScene({ scene, imager, recipe }, params, context);
    return { output, params, inputs: [`recipe ${recipe.name}`] };
  },

  train: runTrain,
};

/** Volumes of results: MRC files in Blobs, kept from the moment they are closed. */
function createResults() {
  const volumes: ResultVolume[] = [];
  const unfinished = new Map<ReturnType<typeof createBlobSink>, { spec: VolumeSpec; sink: MrcSink }>();
  const createVolume: TaskContext["createVolume"] = async (spec) => {
    const bytes = createBlobSink();
    const sink = createMrcSink(spec, bytes);
    unfinished.set(bytes, { spec, sink });
    return {
      write: sink.write,
      async close(remark) {
        await sink.close(remark);
        unfinished.delete(bytes);
        volumes.push({ role: spec.role, name: spec.name, blob: bytes.blob() });
      },
    };
  };
  const unfinishedVolumes = (sections: number): readonly ResultVolume[] =>
    [...unfinished].map(([bytes, { spec, sink }]) => ({
      role: spec.role,
      name: spec.name,
      blob: unfinishedFile(bytes.blob(), sink, sections, spec.shape[0]),
    }));
  const discard = () => Promise.all([...unfinished.keys()].map((bytes) => bytes.discard()));
  return { volumes, createVolume, unfinishedVolumes, discard };
}

/**
 * Runs an operation on files and returns its output, its volumes as MRC files and its provenance. Parameters are checked
 * against the operation's description: "bad-parameter" names the one that is wrong.
 */
export async function runOperation<Id extends OperationId>(
  operation: Id,
  inputs: RunRequests[Id],
  given: GivenParams,
  tools: RunTools,
): Promise<RunResult<Id>> {
  const start = performance.now();
  const results = createResults();
  const { signal, onProgress, breathe } = tools;
  const { createVolume, unfinishedVolumes } = results;
  const context: RunContext = { signal, onProgress, breathe, createVolume, unfinishedVolumes };
  try {
    const runner: Runner<Id> = RUNNERS[operation];
    const { output, params, inputs: names, remarks = [] } = await runner(inputs, given, tools, context);
    const seconds = (performance.now() - start) / 1000;
    const backend = tools.backend.description;
    const made = { operation, params, inputs: names, backend, version, seconds };
    const provenance = remarks.length > 0 ? { ...made, remarks } : made;
    return { output, volumes: results.volumes, provenance };
  } finally {
    await results.discard();
  }
}
