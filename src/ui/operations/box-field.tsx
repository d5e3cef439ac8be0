import { Crosshair } from "lucide-react";
import { ToggleGroup } from "radix-ui";
import type { BoxParam } from "../../core/task/params";
import { type Box, boxShape, type Shape3 } from "../../core/volume/shape";
import { NumberInput } from "../controls/number-input";
import { formatLength, formatShape } from "../format-quantity";

/** The sides that are one click away. */
const SIDES = [32, 48, 64, 96, 128];

export interface BoxFieldProps {
  readonly param: BoxParam;
  readonly box: {
    readonly value: Box | null;
    readonly shape: Shape3;
    readonly voxelSizeAngstrom: number | null;
    /** A box, a side, "cursor" for a cube about the cursor, or null for the whole volume. */
    onChange(choice: Box | number | "cursor" | null): void;
  };
}

const CORNERS = [
  ["x0", 2, "x from"],
  ["y0", 1, "y from"],
  ["z0", 0, "z from"],
] as const;

/** The whole volume, or the box that is drawn in the views. */
export function BoxField({ param, box: { value, shape, voxelSizeAngstrom, onChange } }: BoxFieldProps) {
  const size = value ? boxShape(value) : shape;
  const side = value && size[0] === size[1] && size[1] === size[2] ? size[0] : null;
  const inNm = voxelSizeAngstrom
    ? ` · ${[size[2], size[1], size[0]].map((n) => formatLength(n * voxelSizeAngstrom)).join(" × ")}`
    : "";

  const moveTo = (corner: "x0" | "y0" | "z0", length: number, start: number) => {
    const end = corner.replace("0", "1") as "x1" | "y1" | "z1";
    if (value) onChange({ ...value, [corner]: start, [end]: start + length });
  };
  return (
    <div className="field">
      <span className="field-label">{param.label}</span>
      <ToggleGroup.Root
        type="single"
        className="toggle-group"
        aria-label={param.label}
        value={value ? "box" : "whole"}
        onValueChange={(next) => next && onChange(next === "whole" ? null : "cursor")}
      >
        <ToggleGroup.Item value="box" className="toggle">
          Box in the view
        </ToggleGroup.Item>
        <ToggleGroup.Item value="whole" className="toggle">
          Whole volume
        </ToggleGroup.Item>
      </ToggleGroup.Root>
      {value && (
        <>
          <div className="field-row">
            <ToggleGroup.Root
              type="single"
              className="toggle-group"
              aria-label="Side of the box in voxels"
              value={side ? String(side) : ""}
              onValueChange={(next) => next && onChange(Number(next))}
            >
              {SIDES.map((n) => (
                <ToggleGroup.Item key={n} value={String(n)} className="toggle" aria-label={`${n} voxels`}>
                  {n}³
                </ToggleGroup.Item>
              ))}
            </ToggleGroup.Root>
            <button type="button" className="link-button" onClick={() => onChange("cursor")}>
              <Crosshair size={12} aria-hidden /> To the cursor
            </button>
          </div>
          <div className="field-row">
            {CORNERS.map(([corner, axis, name]) => (
              <span key={corner} className="corner">
                <span className="unit">{corner[0]}</span>
                <NumberInput
                  label={`Box, ${name}`}
                  value={value[corner]}
                  min={0}
                  max={shape[axis] - size[axis]}
                  integer
                  onChange={(start) => moveTo(corner, size[axis], start)}
                />
              </span>
            ))}
          </div>
        </>
      )}
      <p className="hint">
        {formatShape(size)} voxels{inNm}. {value ? "Drag its corners in the slices." : param.help}
      </p>
    </div>
  );
}
