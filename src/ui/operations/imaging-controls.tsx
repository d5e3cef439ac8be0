import { RotateCcw } from "lucide-react";
import type { ReactNode } from "react";
import type { Imaging } from "../../core/microscope/imaging";
import type { SimulateParams } from "../../core/operations/simulate-params";
import { SIMULATE_PARAMS } from "../../core/operations/simulate-params";
import { setParam } from "../../state/shell";
import { IconButton } from "../controls/icon-button";
import { NumberInput } from "../controls/number-input";
import { Select } from "../controls/select";
import { Slider } from "../controls/slider";
import { Switch } from "../controls/switch";
import { useShell, useWorkbench } from "../workbench-context";

type Name = keyof SimulateParams;

/** The SNR slider is logarithmic: from a hundredth to ten. */
const SNR_DECADES = [-2, 1] as const;
const MAX_DEFOCUS_MICROMETRE = 12;

interface RowProps {
  readonly label: string;
  readonly help: string;
  /** The parameters that it changes: it can give them their recipe's values back. */
  readonly names: readonly Name[];
  readonly children: ReactNode;
}

function ControlRow({ label, help, names, children }: RowProps) {
  const { shell } = useWorkbench();
  const isChanged = useShell(({ params }) => names.some((name) => params.simulate?.[name] !== undefined));
  return (
    <div className="field">
      <div className="field-head">
        <span className="field-label">{label}</span>
        {isChanged && (
          <IconButton
            className="small"
            label={`${label} as the recipe says`}
            onClick={() => {
              for (const name of names) setParam(shell, "simulate", name, undefined);
            }}
          >
            <RotateCcw size={12} aria-hidden />
          </IconButton>
        )}
      </div>
      {children}
      <p className="hint">{help}</p>
    </div>
  );
}

/** The choices of a parameter, the one that the recipe makes named by what it is. */
function choicesOf(name: "route" | "ctfCorrection" | "reconstruction", ofRecipe: string) {
  const { choices } = SIMULATE_PARAMS[name];
  return choices
    .filter(({ value }) => value !== "recipe")
    .map(({ value, label }) => ({
      value: value as string,
      label: value === ofRecipe ? `${label} (recipe)` : label,
    }));
}

/** What the microscope does with the open cell; each change images it anew. */
export function ImagingControls({ imaging }: { readonly imaging: Imaging }) {
  const { shell } = useWorkbench();
  const given = useShell(({ params }) => params.simulate) as Partial<SimulateParams> | undefined;
  const set = (name: Name, value: unknown) => setParam(shell, "simulate", name, value);
  const minTiltDeg = given?.minTiltDeg ?? imaging.tilts.minTiltDeg;
  const maxTiltDeg = given?.maxTiltDeg ?? imaging.tilts.maxTiltDeg;
  const snr = given?.snr ?? imaging.noise.snr ?? 1;
  const noiseFree = given?.noiseFree ?? imaging.noise.snr === null;
  const defocus = given?.defocusMicrometre ?? imaging.ctf?.defocusMicrometre ?? 0;
  const route = valueOr(given?.route, imaging.route);
  const correction = valueOr(given?.ctfCorrection, imaging.ctf?.correction ?? "none");
  const reconstruction = valueOr(given?.reconstruction, imaging.reconstruction.method);
  return (
    <div className="form">
      <ControlRow
        label="Tilt range"
        help="What lies beyond it is never measured: the missing wedge."
        names={["minTiltDeg", "maxTiltDeg"]}
      >
        <div className="field-row">
          <Slider
            labels={["Lowest tilt", "Highest tilt"]}
            values={[minTiltDeg, maxTiltDeg] as const}
            min={-90}
            max={90}
            step={1}
            onChange={([low, high]) => {
              if (high - low < 2) return;
              set("minTiltDeg", low);
              set("maxTiltDeg", high);
            }}
          />
          <span className="figure wide">
            {minTiltDeg}° to {maxTiltDeg}°
          </span>
        </div>
      </ControlRow>
      <ControlRow label="Defocus" help={SIMULATE_PARAMS.defocusMicrometre.help} names={["defocusMicrometre"]}>
        <div className="field-row">
          <Slider
            labels={["Defocus"]}
            values={[defocus] as const}
            min={0}
            max={MAX_DEFOCUS_MICROMETRE}
            step={0.25}
            onChange={([next]) => set("defocusMicrometre", next)}
          />
          <NumberInput
            label="Defocus in micrometres"
            value={defocus}
            min={SIMULATE_PARAMS.defocusMicrometre.min}
            max={SIMULATE_PARAMS.defocusMicrometre.max}
            step={0.25}
            onChange={(next) => set("defocusMicrometre", next)}
          />
          <span className="unit">µm</span>
        </div>
      </ControlRow>
      <ControlRow label="SNR" help={SIMULATE_PARAMS.snr.help} names={["snr", "noiseFree"]}>
        <div className="field-row">
          <Slider
            labels={["SNR"]}
            values={[Math.log10(snr)] as const}
            min={SNR_DECADES[0]}
            max={SNR_DECADES[1]}
            step={0.05}
            disabled={noiseFree}
            onChange={([next]) => set("snr", Number((10 ** next).toPrecision(2)))}
          />
          <NumberInput
            label="SNR in the projections"
            value={snr}
            min={SIMULATE_PARAMS.snr.min}
            max={SIMULATE_PARAMS.snr.max}
            disabled={noiseFree}
            onChange={(next) => set("snr", next)}
          />
        </div>
        <div className="option-row">
          <span>No noise</span>
          <Switch label="No noise" checked={noiseFree} onChange={(next) => set("noiseFree", next)} />
        </div>
      </ControlRow>
      <ControlRow label="CTF correction" help={SIMULATE_PARAMS.ctfCorrection.help} names={["ctfCorrection"]}>
        <Select
          label="CTF correction"
          value={correction}
          options={choicesOf("ctfCorrection", imaging.ctf?.correction ?? "none")}
          onChange={(next) => set("ctfCorrection", next)}
        />
      </ControlRow>
      <ControlRow label="Route" help={SIMULATE_PARAMS.route.help} names={["route", "reconstruction"]}>
        <Select
          label="Route"
          value={route}
          options={choicesOf("route", imaging.route)}
          onChange={(next) => set("route", next)}
        />
        {route === "tilt-series" && (
          <Select
            label="Reconstruction"
            value={reconstruction}
            options={choicesOf("reconstruction", imaging.reconstruction.method)}
            onChange={(next) => set("reconstruction", next)}
          />
        )}
      </ControlRow>
    </div>
  );
}

const valueOr = (given: string | undefined, ofRecipe: string) =>
  given === undefined || given === "recipe" ? ofRecipe : given;
