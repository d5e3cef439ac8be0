import { FolderOpen } from "lucide-react";
import type { ReactNode } from "react";
import { Group, Panel, Separator, useDefaultLayout } from "react-resizable-panels";
import type { Layout, Pane } from "../../state/view";
import { Notices } from "../overlays/notices";
import { useCommand, useView } from "../workbench-context";
import { useViewer } from "./use-viewer";
import { PANE_OF_AXIS, ViewPane } from "./view-pane";
import { Welcome } from "./welcome";

type PaneOf = (pane: Pane) => ReactNode;

/** A group of panels that remembers its sizes. */
function Split({
  id,
  orientation,
  parts,
}: {
  readonly id: string;
  readonly orientation: "horizontal" | "vertical";
  readonly parts: readonly { readonly id: string; readonly size: string; readonly content: ReactNode }[];
}) {
  const saved = useDefaultLayout({ id: `tomoscope-${id}`, storage: localStorage });
  return (
    <Group
      orientation={orientation}
      defaultLayout={saved.defaultLayout}
      onLayoutChanged={saved.onLayoutChanged}
      className="split"
    >
      {parts.flatMap((part, index) => [
        index > 0 && (
          <Separator
            key={`${part.id}-edge`}
            className={`separator ${orientation}`}
            aria-label={`Resize the ${part.id} view`}
          />
        ),
        <Panel key={part.id} id={part.id} defaultSize={part.size} minSize="10%">
          {part.content}
        </Panel>,
      ])}
    </Group>
  );
}

const SLICE_VIEWS = ["xy", "xz", "yz"] as const;

/** One slice view large, the others beside it. */
function AllViews({ pane, large }: { readonly pane: PaneOf; readonly large: (typeof SLICE_VIEWS)[number] }) {
  const [upper, lower] = SLICE_VIEWS.filter((each) => each !== large);
  const column = (
    <Split
      id="views-beside"
      orientation="vertical"
      parts={[
        { id: "upper", size: "30%", content: pane(upper) },
        { id: "lower", size: "30%", content: pane(lower) },
        { id: "3d", size: "40%", content: pane("3d") },
      ]}
    />
  );
  return (
    <Split
      id="views-main"
      orientation="horizontal"
      parts={[
        { id: "large", size: "64%", content: pane(large) },
        { id: "column", size: "36%", content: column },
      ]}
    />
  );
}

/** Two volumes in the same views: the plane that is compared is the large one. */
function Swiped({ pane }: { readonly pane: PaneOf }) {
  const large = useView(({ compareAxis }) => PANE_OF_AXIS[compareAxis]);
  return <AllViews pane={pane} large={large} />;
}

function SideBySide({ pane }: { readonly pane: PaneOf }) {
  const beside = useView(({ compareAxis }) => PANE_OF_AXIS[compareAxis]);
  const others = SLICE_VIEWS.filter((each) => each !== beside);
  // By place, not by view: the sizes stay when another plane is compared.
  const row = (id: string, panes: Readonly<Record<string, Pane>>) => (
    <Split
      id={id}
      orientation="horizontal"
      parts={Object.entries(panes).map(([place, each], _, { length }) => ({
        id: place,
        size: `${100 / length}%`,
        content: pane(each),
      }))}
    />
  );
  return (
    <Split
      id="views-side"
      orientation="vertical"
      parts={[
        { id: "top", size: "64%", content: row("views-side-top", { left: beside, right: "compare" }) },
        {
          id: "bottom",
          size: "36%",
          content: row("views-side-bottom", { left: others[0], middle: others[1], right: "3d" }),
        },
      ]}
    />
  );
}

function NothingOpen() {
  const open = useCommand("file.open");
  const sample = useCommand("file.open-sample");
  const simulate = useCommand("panel.simulate");
  return (
    <div className="empty-views">
      <FolderOpen size={40} aria-hidden />
      <p>Drop a tomogram or a tilt series anywhere: MRC, MAP, REC, ST, EM, also compressed.</p>
      <p>
        <button type="button" className="button primary" onClick={open.run}>
          Open a tomogram…
        </button>{" "}
        <button type="button" className="button" onClick={sample.run}>
          Open the sample
        </button>{" "}
        <button type="button" className="button" onClick={simulate.run}>
          Simulate a cell
        </button>
      </p>
      <p className="hint">Nothing leaves this computer.</p>
    </div>
  );
}

/** The linked views of the shown volume, in the layout that was chosen. */
export function ViewArea() {
  const { host, paneRef } = useViewer();
  const layout = useView((view) => view.layout);
  const bigPane = useView((view) => view.bigPane);
  const isOpen = useView((view) => view.volumeId !== null);
  const pane: PaneOf = (each) => <ViewPane key={each} pane={each} paneRef={paneRef} />;
  const layouts: Readonly<Record<Layout, () => ReactNode>> = {
    grid: () => <AllViews pane={pane} large="xy" />,
    side: () => <SideBySide pane={pane} />,
    swipe: () => <Swiped pane={pane} />,
    one: () => pane(bigPane),
  };
  return (
    <main className="views" aria-label="Views">
      <div ref={host} className="views-host">
        {layouts[layout]()}
      </div>
      {!isOpen && <NothingOpen />}
      {isOpen && <Welcome />}
      <Notices />
    </main>
  );
}
