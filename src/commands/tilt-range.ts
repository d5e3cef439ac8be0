import { type Wedge, wedgeOfTilts } from "../core/fourier/wedge";
import { entryOf, type VolumeEntry } from "../state/document";
import { notify, setParam } from "../state/shell";
import { boxFor } from "./choose-box";
import type { Workbench } from "./workbench";

function tiltAxisOf({ shell }: Workbench): Wedge["tiltAxis"] {
  return shell.getState().params.restore?.tiltAxis === "x" ? "x" : "y";
}

/** Sets the restoration's tilts and returns them as they are told. */
function takeRange({ shell }: Workbench, { minTiltDeg, maxTiltDeg, tiltAxis }: Wedge): string {
  const tilt = [minTiltDeg, maxTiltDeg].map((angle) => Math.round(10 * angle) / 10);
  setParam(shell, "restore", "tilt", tilt);
  const [least, largest] = tilt.map((angle) => String(angle).replace("-", "−"));
  return `restoration takes ${least}° to ${largest}° about ${tiltAxis}`;
}

/** Takes for the restoration the range of tilts that a tomogram was made of. Throws where they are all one. */
export function takeTiltRange(
  workbench: Workbench,
  volume: VolumeEntry,
  name: string,
  tiltsDeg: readonly number[],
): void {
  const taken = takeRange(workbench, wedgeOfTilts(tiltsDeg, tiltAxisOf(workbench)));
  workbench.shell.setState({ panel: "restore" });
  const counts = `${name} has ${tiltsDeg.length} tilts, and ${volume.name} ${volume.meta.shape[0]} images`;
  notify(workbench.shell, "info", `${counts}, so it is no tilt series: its ${taken}.`);
}

/** Takes for the restoration the tilt range that the spectrum of the shown volume shows, or says that it shows none. */
export async function measureTiltRange(workbench: Workbench): Promise<void> {
  const { data, document, shell, view } = workbench;
  const volume: VolumeEntry | null = entryOf(document.getState().volumes, view.getState().volumeId);
  if (!volume) return;
  const tiltAxis = tiltAxisOf(workbench);
  const box = boxFor("restore", view.getState(), shell.getState());
  try {
    const wedge = await data.measuredWedge(volume.id, box, tiltAxis);
    if (wedge) notify(shell, "info", `By the spectrum of ${volume.name}, ${takeRange(workbench, wedge)}.`);
    else
      notify(
        shell,
        "error",
        `The spectrum of ${volume.name} shows no missing wedge about ${tiltAxis}: set the tilts by hand.`,
      );
  } catch (error) {
    notify(shell, "error", `The tilts could not be measured: ${(error as Error).message}`);
  }
}
