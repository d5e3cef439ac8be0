import type { VolumeFile } from "../contracts/files";
import { particleFormatOf } from "../io/particle-formats";
import { readRecipe } from "../io/recipe/read-recipe";
import { readTruth } from "../io/truth/read-truth";
import { addEntry, entryOf, setTruth, type VolumeEntry, voxelSizePerAxisOf } from "../state/document";
import { notify } from "../state/shell";
import { evaluateAll, scoresOf } from "./evaluate-particles";
import { modelFor } from "./models";
import { openModels, sortModelFiles } from "./open-models";
import { openTrainingFiles, sortTrainingFiles } from "./open-training";
import { openVolume, readWholeVolume, showVolume } from "./open-volume";
import { runOperation } from "./run-operation";
import { openTilts } from "./run-reconstruct";
import type { Workbench } from "./workbench";

/** The bundled sample and its truth. */
const SAMPLE = "samples/cell-sample.mrc";
const SAMPLE_TRUTH = "samples/cell-sample-truth.json";

/** What a JSON list written by Tomoscope says of itself. */
const OWN_LIST_MARK = `"tomoscope-particles"`;
const POSITION_FILE = /\.(json|star|xml|csv)$/i;
const TILT_FILE = /\.(tlt|rawtlt|mdoc)$/i;
const STRUCTURE_FILE = /\.(pdb|ent|cif|mmcif|beads)(\.gz|\.bz2)?$/i;
/** What the JSON of a recipe has and no list of positions. */
const RECIPE_MARK = /"scene"\s*:/;

const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function openTomogram(workbench: Workbench, file: VolumeFile): Promise<VolumeEntry> {
  const volume = await openVolume(workbench, file);
  showVolume(workbench, volume.id);
  for (const warning of volume.meta.warnings) notify(workbench.shell, "warning", `${file.name}: ${warning}`);
  void readWholeVolume(workbench, volume);
  return volume;
}

/** Takes a list of true positions for a volume, and scores the particles of that volume against it. */
function takeTruth(workbench: Workbench, volumeId: string, name: string, text: string): void {
  setTruth(workbench.document, { volumeId, name, particles: readTruth(text) });
  evaluateAll(workbench, volumeId);
}

/** Reads a list of particles in the volume that is shown; a .json that is no list of ours is taken for its truth. */
function openPositions(workbench: Workbench, volume: VolumeEntry, name: string, text: string): void {
  const classes = modelFor(workbench, volume)?.manifest.classes ?? [];
  const frame = {
    volumeName: volume.name,
    shape: volume.meta.shape,
    voxelSizeAngstrom: voxelSizePerAxisOf(volume),
    classes,
  };
  const format = particleFormatOf(name);
  if (format.id === "json" && !text.includes(OWN_LIST_MARK)) {
    takeTruth(workbench, volume.id, name, text);
    notify(workbench.shell, "info", `${name} is now the truth that particles are compared with.`);
    return;
  }
  const list = format.read(text, frame);
  const id = workbench.nextId("particles");
  addEntry(workbench.document, "particles", {
    id,
    name,
    parentId: volume.id,
    labelsId: null,
    list,
    evaluation: scoresOf(workbench, volume.id, list),
    provenance: null,
  });
  workbench.view.setState({ particlesId: id, selectedParticle: null });
  workbench.shell.setState({ panel: "review" });
}

/** Puts a structure on a grid, in the steps that the operation has by default, and opens the map. */
async function openStructure(workbench: Workbench, file: File): Promise<void> {
  const result = await runOperation(workbench, {
    operation: "density",
    inputs: { structure: { name: file.name, blob: file } },
    volume: null,
  });
  const map = result?.volumes.find(({ role }) => role === "map");
  if (!result || !map) return;
  const { id } = await openVolume(workbench, map, { role: map.role, provenance: result.provenance });
  showVolume(workbench, id);
}

const isRecipe = async (file: File) => /\.json$/i.test(file.name) && RECIPE_MARK.test(await file.text());

/** Offers a recipe of the user's, to be built next; one of the same name goes. */
function openRecipe({ shell }: Workbench, text: string): void {
  const { structureIds, recipes } = shell.getState();
  const recipe = readRecipe(text, { structureIds, mayReadFiles: false });
  shell.setState({
    recipes: [...recipes.filter(({ name }) => name !== recipe.name), recipe],
    recipeName: recipe.name,
    panel: "simulate",
  });
}

/**
 * Opens what the user dropped or chose: volumes, models, structures, recipes, and lists of positions or tilts of the volume
 * that is shown. A file that cannot be read gets its sentence; what is open stays open.
 */
export async function openFiles(workbench: Workbench, files: readonly File[]): Promise<void> {
  // Data that a recipe or checkpoint names may come with it: those are opened after all others.
  const { ofTraining, rest } = await sortTrainingFiles(files);
  const { others, ...ofModels } = await sortModelFiles(rest);
  await openModels(workbench, ofModels);
  for (const file of others) {
    try {
      const volume = entryOf(workbench.document.getState().volumes, workbench.view.getState().volumeId);
      if (STRUCTURE_FILE.test(file.name)) await openStructure(workbench, file);
      else if (TILT_FILE.test(file.name)) {
        if (volume) openTilts(workbench, volume, file.name, await file.text());
        else notify(workbench.shell, "error", `Open the tilt series first: ${file.name} lists its tilts.`);
      } else if (await isRecipe(file)) openRecipe(workbench, await file.text());
      else if (!POSITION_FILE.test(file.name)) await openTomogram(workbench, { name: file.name, blob: file });
      else if (volume) openPositions(workbench, volume, file.name, await file.text());
      else notify(workbench.shell, "error", `Open the tomogram first: ${file.name} lists positions in it.`);
    } catch (error) {
      const said = sentence(error);
      notify(workbench.shell, "error", said.includes(file.name) ? said : `${file.name}: ${said}`);
    }
  }
  await openTrainingFiles(workbench, ofTraining);
}

/** Opens the bundled sample and the truth that belongs to it. */
export async function openSample(workbench: Workbench): Promise<void> {
  try {
    const [sample, truth] = await Promise.all(
      [SAMPLE, SAMPLE_TRUTH].map((path) => workbench.host.fetchAsset(path)),
    );
    const blob = await sample.blob();
    const volume = await openTomogram(workbench, { name: "cell-sample.mrc", blob });
    workbench.shell.setState({ sampleId: volume.id });
    takeTruth(workbench, volume.id, "cell-sample-truth.json", await truth.text());
  } catch (error) {
    notify(workbench.shell, "error", `The sample could not be opened: ${sentence(error)}`);
  }
}
