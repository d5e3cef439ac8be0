import { Columns2, HelpCircle, LayoutGrid, PanelLeft, PanelRight, Search } from "lucide-react";
import { Popover, Tabs } from "radix-ui";
import { openPanel } from "../commands/operation-commands";
import { entryOf, patchEntry, type VolumeEntry, voxelSizeOf } from "../state/document";
import type { PanelId, ShellState } from "../state/shell";
import { CommandButton, IconButton } from "./controls/icon-button";
import { LongName } from "./controls/long-name";
import { NumberInput } from "./controls/number-input";
import { formatNumber, formatShape } from "./format-quantity";
import { useDocument, useShell, useView, useWorkbench } from "./workbench-context";

const PANELS: readonly { readonly id: PanelId; readonly label: string }[] = [
  { id: "simulate", label: "Simulate" },
  { id: "reconstruct", label: "Reconstruct" },
  { id: "restore", label: "Restore" },
  { id: "audit", label: "Audit" },
  { id: "segment", label: "Segment" },
  { id: "localize", label: "Localize" },
  { id: "review", label: "Review" },
  { id: "train", label: "Train" },
];

/** What is to be stated where the header gives no voxel size, or one that differs between the axes. */
function headerSays({ meta: { voxelSizeAngstrom: size } }: VolumeEntry): string {
  const { x, y, z } = size;
  const isKnown = x > 0 && y > 0 && z > 0;
  return isKnown ? `${[x, y, z].map(formatNumber).join(" × ")} Å: state one` : "state the voxel size";
}

/** The voxel size; where the header gives none, or a wrong one, the user states it. */
function VoxelSize({ volume }: { readonly volume: VolumeEntry }) {
  const { document } = useWorkbench();
  const size = voxelSizeOf(volume);
  return (
    <Popover.Root>
      <Popover.Trigger
        className={`voxel-size ${size === null ? "warning" : ""}`}
        title="State the voxel size"
      >
        {size === null ? headerSays(volume) : `${formatNumber(size)} Å`}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" sideOffset={6} collisionPadding={8} aria-label="Voxel size">
          <div className="field-row">
            <span>Voxel size</span>
            <NumberInput
              label="Voxel size in ångström"
              value={size ?? 0}
              min={0}
              max={1000}
              step={0.01}
              onChange={(next) =>
                patchEntry(document, "volumes", volume.id, {
                  statedVoxelSizeAngstrom: next > 0 ? next : null,
                })
              }
            />
            <span className="unit">Å</span>
          </div>
          <p className="hint">
            Used for lengths, radii, models, results and exports; the file stays as it is. 0: as in the
            header.
          </p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Title() {
  const volumeId = useView((view) => view.volumeId);
  const volume = useDocument(({ volumes }) => entryOf(volumes, volumeId));
  if (!volume) return <span className="unit">nothing is open</span>;
  return (
    <span className="document-title">
      <span className="document-name">
        <b>
          <LongName name={volume.name} />
        </b>
        <VoxelSize volume={volume} />
      </span>
      <span className="unit">{formatShape(volume.meta.shape)}</span>
    </span>
  );
}

interface TopBarProps {
  readonly narrow: boolean;
}

/** Name and size of what is shown, the operations, the layout, the palette and the keys. */
export function TopBar({ narrow }: TopBarProps) {
  const workbench = useWorkbench();
  const layout = useView((view) => view.layout);
  const { folded, drawer, panel } = useShell((shell) => shell);
  const isOpen = (side: keyof ShellState["folded"]) => (narrow ? drawer === side : !folded[side]);
  const toggle = (side: keyof ShellState["folded"]) =>
    workbench.shell.setState((state) =>
      narrow
        ? { drawer: state.drawer === side ? null : side }
        : { folded: { ...state.folded, [side]: !state.folded[side] } },
    );
  return (
    <header className="top-bar">
      <IconButton label="Data panel" pressed={isOpen("data")} onClick={() => toggle("data")}>
        <PanelLeft size={16} aria-hidden />
      </IconButton>
      <h1 className="app-name">Tomoscope</h1>
      <Title />
      <span className="spring" />
      <Tabs.List className="tabs" aria-label="Operations">
        {PANELS.map(({ id, label }) => (
          <Tabs.Trigger
            key={id}
            value={id}
            className="tab"
            onClick={() => panel === id && openPanel(workbench, id)}
          >
            {label}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      <span className="spring" />
      <CommandButton id="view.layout-grid" pressed={layout === "grid"}>
        <LayoutGrid size={16} aria-hidden />
      </CommandButton>
      <CommandButton id="view.layout-side" pressed={layout === "side"}>
        <Columns2 size={16} aria-hidden />
      </CommandButton>
      <span className="bar-gap" />
      <CommandButton id="help.palette">
        <Search size={16} aria-hidden />
      </CommandButton>
      <CommandButton id="help.keys">
        <HelpCircle size={16} aria-hidden />
      </CommandButton>
      <IconButton label="Operation panel" pressed={isOpen("operation")} onClick={() => toggle("operation")}>
        <PanelRight size={16} aria-hidden />
      </IconButton>
    </header>
  );
}
