import { Tabs, Tooltip } from "radix-ui";
import { type ReactNode, useEffect, useState } from "react";
import { Group, Panel, Separator } from "react-resizable-panels";
import { openPanel } from "../commands/operation-commands";
import type { PanelId, ShellState } from "../state/shell";
import { DataPanel } from "./data/data-panel";
import { AuditPanel } from "./operations/audit-panel";
import { LocalizePanel } from "./operations/localize-panel";
import { ReconstructPanel } from "./operations/reconstruct-panel";
import { RestorePanel } from "./operations/restore-panel";
import { SegmentPanel } from "./operations/segment-panel";
import { SimulatePanel } from "./operations/simulate-panel";
import { TrainPanel } from "./operations/train-panel";
import { DropZone } from "./overlays/drop-zone";
import { HelpSheet } from "./overlays/help-sheet";
import { Palette } from "./overlays/palette";
import { ProvenanceSheet } from "./overlays/provenance-sheet";
import { Sheet } from "./overlays/sheet";
import { useKeyCommands } from "./overlays/use-key-commands";
import { ReviewPanel } from "./review/review-panel";
import { StatusBar } from "./status/status-bar";
import { TopBar } from "./top-bar";
import { ViewArea } from "./views/view-area";
import { useShell, useWorkbench } from "./workbench-context";

/** Below this width the side panels lie over the views, as drawers. */
const NARROW = "(max-width: 1099px)";

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const follow = () => setNarrow(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  return narrow;
}

const PANELS: Readonly<Record<PanelId, () => ReactNode>> = {
  simulate: SimulatePanel,
  reconstruct: ReconstructPanel,
  restore: RestorePanel,
  audit: AuditPanel,
  segment: SegmentPanel,
  localize: LocalizePanel,
  review: ReviewPanel,
  train: TrainPanel,
};

function OperationSide() {
  return (
    <aside className="side-panel operation" aria-label="Operation">
      {Object.entries(PANELS).map(([id, Content]) => (
        <Tabs.Content key={id} value={id} className="tab-content">
          <Content />
        </Tabs.Content>
      ))}
    </aside>
  );
}

function DataSide() {
  return (
    <nav className="side-panel data" aria-label="Data">
      <DataPanel />
    </nav>
  );
}

interface SidePanelProps {
  readonly id: keyof ShellState["folded"];
  /** In pixels; where the user drags it to is remembered. */
  readonly width: number;
  readonly least: number;
  readonly most: number;
  readonly children: ReactNode;
}

/** A panel beside the views, as wide in a window of any size as it was left. */
function SidePanel({ id, width, least, most, children }: SidePanelProps) {
  const key = `tomoscope-${id}-width`;
  const [start] = useState(() => Number(localStorage.getItem(key)) || width);
  return (
    <Panel
      id={id}
      defaultSize={`${start}px`}
      minSize={`${least}px`}
      maxSize={`${most}px`}
      groupResizeBehavior="preserve-pixel-size"
      onResize={({ inPixels }) => localStorage.setItem(key, String(Math.round(inPixels)))}
    >
      {children}
    </Panel>
  );
}

function WidePanels() {
  const { data, operation } = useShell((shell) => shell.folded);
  return (
    <Group orientation="horizontal" className="window-body">
      {!data && (
        <>
          <SidePanel id="data" width={280} least={200} most={480}>
            <DataSide />
          </SidePanel>
          <Separator className="separator horizontal" aria-label="Resize the data panel" />
        </>
      )}
      <Panel id="views" minSize="320px">
        <ViewArea />
      </Panel>
      {!operation && (
        <>
          <Separator className="separator horizontal" aria-label="Resize the operation panel" />
          <SidePanel id="operation" width={400} least={300} most={640}>
            <OperationSide />
          </SidePanel>
        </>
      )}
    </Group>
  );
}

function Drawers() {
  const drawer = useShell((shell) => shell.drawer);
  return (
    <div className="window-body narrow">
      <ViewArea />
      {drawer && (
        <div className={`drawer ${drawer}`}>{drawer === "data" ? <DataSide /> : <OperationSide />}</div>
      )}
    </div>
  );
}

function Help() {
  const { shell } = useWorkbench();
  const isOpen = useShell((state) => state.help);
  const preset = useShell((state) => state.keyPreset);
  if (!isOpen) return null;
  return (
    <Sheet title="All keys" onClose={() => shell.setState({ help: false })}>
      <HelpSheet preset={preset} onPreset={(keyPreset) => shell.setState({ keyPreset })} />
    </Sheet>
  );
}

/** The whole window: bar, panels, views, status, and what may lie over them. */
export function WorkbenchWindow() {
  const workbench = useWorkbench();
  const panel = useShell((shell) => shell.panel);
  const narrow = useNarrow();
  useKeyCommands();
  return (
    <Tooltip.Provider delayDuration={500} skipDelayDuration={200}>
      <Tabs.Root
        className="window"
        value={panel}
        onValueChange={(id) => openPanel(workbench, id as PanelId)}
        activationMode="manual"
      >
        <TopBar narrow={narrow} />
        {narrow ? <Drawers /> : <WidePanels />}
        <StatusBar />
      </Tabs.Root>
      <Palette />
      <Help />
      <ProvenanceSheet />
      <DropZone />
    </Tooltip.Provider>
  );
}
