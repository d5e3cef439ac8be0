import type { Host, Workbench } from "../commands/workbench";
import type { ComputeClient } from "../services/compute-client";
import type { DataClient } from "../services/data-client";
import { createDocumentStore } from "../state/document";
import { createHistoryStore } from "../state/history";
import { createJobsStore } from "../state/jobs";
import { createShellStore, type Remembered } from "../state/shell";
import { createViewStore } from "../state/view";

const REMEMBERED_KEY = "tomoscope-settings";

function readRemembered(): Partial<Remembered> {
  try {
    return JSON.parse(localStorage.getItem(REMEMBERED_KEY) ?? "{}") as Partial<Remembered>;
  } catch {
    return {}; // storage is blocked or holds something else: begin anew
  }
}

/** Returns a workbench with empty stores; what the user set is remembered between visits. */
export function createWorkbench(data: DataClient, compute: ComputeClient, host: Host): Workbench {
  const shell = createShellStore(readRemembered());
  shell.subscribe(({ welcome, keyPreset, measuredFlops }, before) => {
    if (
      welcome === before.welcome &&
      keyPreset === before.keyPreset &&
      measuredFlops === before.measuredFlops
    )
      return;
    try {
      localStorage.setItem(REMEMBERED_KEY, JSON.stringify({ welcome, keyPreset, measuredFlops }));
    } catch {
      // Storage is blocked: the next visit begins anew.
    }
  });
  let count = 0;
  const workbench: Workbench = {
    document: createDocumentStore(),
    view: createViewStore(),
    jobs: createJobsStore(),
    shell,
    history: createHistoryStore(),
    files: new Map(),
    surfaces: new Map(),
    isosurface: { volumeId: null, mesh: null },
    liveLabels: new Map(),
    unfinished: new Map(),
    previews: new Map(),
    training: { request: null, model: null },
    stops: new Map(),
    steers: new Map(),
    data,
    compute,
    host: {
      ...host,
      saveFile(name, blob) {
        host.saveFile(name, blob);
        workbench.savedAt = host.now();
      },
    },
    savedAt: 0,
    viewer: null,
    nextId(kind) {
      count += 1;
      return `${kind}-${count}`;
    },
  };
  return workbench;
}
