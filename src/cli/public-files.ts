import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Returns the path of a file that ships with Tomoscope (`models/starter/manifest.json`), found in the nearest `public` folder
 * above this code: the bundle and the sources lie at different depths below it.
 */
export function publicFile(path: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "public/models")) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, "public", path);
}
