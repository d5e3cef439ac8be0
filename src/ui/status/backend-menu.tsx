import { Cpu } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { chooseBackend } from "../../commands/backend-commands";
import type { BackendReport } from "../../contracts/compute";
import type { BackendId } from "../../core/backend";
import { useShell, useWorkbench } from "../workbench-context";

const NAMES: Readonly<Record<BackendId, string>> = {
  webgpu: "WebGPU",
  wasm: "WebAssembly",
  reference: "Reference",
};

function selfTest({ selfTestError }: BackendReport): string {
  return selfTestError === null ? "" : ` Self-test: off by at most ${selfTestError.toExponential(1)}.`;
}

/** Which backend computes; opens the list of all with what their self-tests found, to choose another. */
export function BackendMenu() {
  const workbench = useWorkbench();
  const backend = useShell((shell) => shell.backend);
  const problem = useShell((shell) => shell.backendError);
  if (problem) return <span className="status-item danger">Nothing can be computed: {problem}</span>;
  if (!backend) return <span className="status-item unit">testing backends…</span>;
  const chosen = backend.reports.find(({ id }) => id === backend.chosen);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className="status-button"
        aria-label={`Backend: ${NAMES[backend.chosen]}, ${chosen?.description ?? ""}`}
      >
        <Cpu size={12} aria-hidden />
        <span className="name">
          {chosen?.description.startsWith(NAMES[backend.chosen]) ? "" : `${NAMES[backend.chosen]} `}
          {chosen?.description}
        </span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu wide"
          side="top"
          align="end"
          sideOffset={6}
          collisionPadding={8}
        >
          <DropdownMenu.Label className="menu-label">Compute with</DropdownMenu.Label>
          <DropdownMenu.Item className="menu-item" onSelect={() => void chooseBackend(workbench, "auto")}>
            Automatic
            <span className="menu-note">a hardware WebGPU adapter, else WebAssembly</span>
          </DropdownMenu.Item>
          {backend.reports.map((report) => (
            <DropdownMenu.Item
              key={report.id}
              className="menu-item"
              disabled={!report.usable}
              onSelect={() => void chooseBackend(workbench, report.id)}
            >
              <span>
                {NAMES[report.id]} {report.id === backend.chosen && <b>· in use</b>}
              </span>
              <span className="menu-note">
                {report.description}. {report.note}
                {selfTest(report)}
              </span>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
