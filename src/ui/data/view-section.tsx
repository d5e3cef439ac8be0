import { changeIsosurface } from "../../commands/isosurface";
import { entryOf } from "../../state/document";
import { MAX_SLAB, type ViewState } from "../../state/view";
import { Section } from "../controls/section";
import { Select } from "../controls/select";
import { Slider } from "../controls/slider";
import { Switch } from "../controls/switch";
import { formatNumber, formatPercent } from "../format-quantity";
import { useDocument, useView, useWorkbench } from "../workbench-context";

type Flag = "crosshair" | "overlay" | "hatch" | "slicePlanes" | "surfaces" | "particleMarks";

function FlagRow({ flag, label }: { readonly flag: Flag; readonly label: string }) {
  const { view } = useWorkbench();
  const checked = useView((state) => state[flag]);
  return (
    <div className="option-row">
      <span>{label}</span>
      <Switch
        label={label}
        checked={checked}
        onChange={(next) => view.setState({ [flag]: next } as Partial<ViewState>)}
      />
    </div>
  );
}

const SIDES = [
  { value: "dark", label: "dark matter" },
  { value: "bright", label: "bright matter" },
] as const;

function IsosurfaceRows() {
  const workbench = useWorkbench();
  const { visible, level, bright } = useView((view) => view.isosurface);
  const volumeId = useView((view) => view.volumeId);
  const volume = useDocument(({ volumes }) => entryOf(volumes, volumeId));
  if (!volume) return null;
  const { min, max } = volume.histogram;
  return (
    <>
      <div className="option-row">
        <span>Isosurface</span>
        <Switch
          label="Isosurface"
          checked={visible}
          onChange={(next) => changeIsosurface(workbench, { visible: next })}
        />
      </div>
      {visible && level !== null && (
        <>
          <div className="option-row">
            <span className="unit">level</span>
            <Slider
              labels={["Isosurface level"]}
              values={[level] as const}
              min={Math.min(min, level)}
              max={Math.max(max, level)}
              step={(max - min) / 200 || 1}
              onChange={([next]) => changeIsosurface(workbench, { level: next })}
            />
            <span className="figure">{formatNumber(level)}</span>
          </div>
          <div className="option-row">
            <span className="unit">of</span>
            <Select
              label="What the isosurface encloses"
              value={bright ? "bright" : "dark"}
              options={SIDES}
              onChange={(side) => changeIsosurface(workbench, { bright: side === "bright" })}
            />
          </div>
        </>
      )}
    </>
  );
}

/** How everything is drawn: slab, overlay, crosshair, and what the 3D view shows. */
export function ViewSection() {
  const { view } = useWorkbench();
  const slab = useView((state) => state.slab);
  const opacity = useView((state) => state.overlayOpacity);
  const isAudited = useDocument(({ volumes }) => volumes.some(({ role }) => role === "uncertain"));
  return (
    <>
      <Section title="Slices">
        <div className="option-row">
          <span>Slab</span>
          <Slider
            labels={["Slab, slices"]}
            values={[slab] as const}
            min={1}
            max={MAX_SLAB}
            step={2}
            onChange={([next]) => view.setState({ slab: next })}
          />
          <span className="figure">{slab}</span>
        </div>
        <FlagRow flag="overlay" label="Label overlay" />
        <div className="option-row">
          <span className="unit">opacity</span>
          <Slider
            labels={["Overlay opacity"]}
            values={[opacity] as const}
            min={0}
            max={1}
            step={0.05}
            onChange={([next]) => view.setState({ overlayOpacity: next })}
          />
          <span className="figure">{formatPercent(opacity)}</span>
        </div>
        {isAudited && <FlagRow flag="hatch" label="Hatch: deviation > signal" />}
        <FlagRow flag="particleMarks" label="Particles" />
        <FlagRow flag="crosshair" label="Crosshair" />
      </Section>
      <Section title="3D">
        <FlagRow flag="slicePlanes" label="Slice planes" />
        <FlagRow flag="surfaces" label="Label surfaces" />
        <IsosurfaceRows />
      </Section>
    </>
  );
}
