import type { BackendId } from "../core/backend";
import { readRecipe } from "../io/recipe/read-recipe";
import { notify } from "../state/shell";
import type { Workbench } from "./workbench";

const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Self-tests the backends and shows which one will be used. */
export async function loadBackends({ compute, shell }: Workbench): Promise<void> {
  try {
    shell.setState({ backend: await compute.status(), backendError: null });
  } catch (error) {
    shell.setState({ backendError: sentence(error) });
    notify(shell, "error", `Nothing can be computed: ${sentence(error)}`);
  }
}

/** Computes with another backend from now on; "auto" gives the choice back. */
export async function chooseBackend({ compute, shell }: Workbench, id: BackendId | "auto"): Promise<void> {
  const { backend: before } = shell.getState();
  shell.setState({ backend: null }); // its self-test may take seconds, and runs now
  try {
    shell.setState({ backend: await compute.choose(id) });
  } catch (error) {
    shell.setState({ backend: before });
    notify(shell, "error", sentence(error));
  }
}

/** Reads the recipes of simulated cells that ship with the app; the first is offered first. */
export async function loadRecipes({ host, shell }: Workbench): Promise<void> {
  const read = async (path: string) => (await host.fetchAsset(path)).text();
  try {
    const names = JSON.parse(await read("presets/index.json")) as readonly string[];
    const library = JSON.parse(await read("structures/index.json")) as readonly { readonly id: string }[];
    const structureIds = library.map(({ id }) => id);
    const surroundings = { structureIds, mayReadFiles: false };
    const recipes = await Promise.all(
      names.map(async (name) => readRecipe(await read(`presets/${name}.json`), surroundings)),
    );
    shell.setState({ recipes, structureIds, recipeName: recipes[0].name });
  } catch (error) {
    notify(shell, "error", `The recipes could not be read: ${sentence(error)}`);
  }
}
