import "../ui/styles/tokens.css";
import "../ui/styles/controls.css";
import "../ui/styles/menus.css";
import "../ui/styles/window.css";
import "../ui/styles/data.css";
import "../ui/styles/views.css";
import "../ui/styles/operations.css";
import "../ui/styles/audit.css";
import "../ui/styles/review.css";
import "../ui/styles/overlays.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { loadBackends, loadRecipes } from "../commands/backend-commands";
import { followThresholds } from "../commands/follow-thresholds";
import { watchIsosurface } from "../commands/isosurface";
import { loadModels } from "../commands/models";
import { openSample } from "../commands/open-files";
import { watchValue } from "../commands/probe-value";
import { followAudit } from "../commands/run-audit";
import { followImaging } from "../commands/run-simulate";
import { hasUnsavedWork } from "../commands/unsaved-work";
import { createComputeClient } from "../services/compute-client";
import { createDataClient } from "../services/data-client";
import { WorkbenchProvider } from "../ui/workbench-context";
import { WorkbenchWindow } from "../ui/workbench-window";
import { browserHost } from "./browser-host";
import { createWorkbench } from "./create-workbench";
import { ErrorBoundary } from "./error-boundary";

const workbench = createWorkbench(createDataClient(), createComputeClient(), browserHost);
watchValue(workbench);
watchIsosurface(workbench);
followThresholds(workbench);
followImaging(workbench);
followAudit(workbench);
addEventListener("beforeunload", (event) => {
  if (hasUnsavedWork(workbench)) event.preventDefault(); // the browser asks whether to leave
});

const root = document.getElementById("app");
if (!root) throw new Error("The page has no element #app.");
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      <WorkbenchProvider workbench={workbench}>
        <WorkbenchWindow />
      </WorkbenchProvider>
    </ErrorBoundary>
  </StrictMode>,
);

void loadModels(workbench);
void loadRecipes(workbench);
// The first slice comes before the self-tests, which share the processor with it.
void openSample(workbench).then(() => loadBackends(workbench));
