import { useEffect, useRef, useState } from "react";
import type { PowerSpectrum, SliceImage } from "../../contracts/data";
import { entryOf } from "../../state/document";
import type { CellState } from "../../state/shell";
import { useDocument, useView, useWorkbench } from "../workbench-context";
import { drawGreys, robustRange } from "./draw-greys";
import { SpectrumPicture, whiteOf } from "./spectrum-picture";

interface Pictures {
  readonly image: SliceImage;
  readonly density: SliceImage | null;
  readonly spectrum: PowerSpectrum;
}

function SlicePicture(props: {
  readonly name: string;
  readonly slice: SliceImage | null;
  readonly invert: boolean;
}) {
  const { name, slice, invert } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (slice && canvas.current) drawGreys(canvas.current, slice, { ...robustRange(slice.values), invert });
  }, [slice, invert]);
  return (
    <figure className="spectrum">
      <div className="spectrum-picture" style={{ aspectRatio: slice ? slice.width / slice.height : 1 }}>
        <canvas ref={canvas} role="img" aria-label={`XZ slice, ${name}`} />
      </div>
      <figcaption className="hint">{name}</figcaption>
    </figure>
  );
}

/** The cell as it is imaged, the power spectrum of that, and the truth, in the plane of the tilting through the cursor. */
export function CellPictures({
  cell,
  tiltDeg,
}: {
  readonly cell: CellState;
  readonly tiltDeg: readonly [number, number];
}) {
  const { data } = useWorkbench();
  const { volumeId, densityId, recipe } = cell;
  const volume = useDocument(({ volumes }) => entryOf(volumes, volumeId));
  const isShown = useView((view) => view.volumeId === volumeId);
  const cursorY = useView((view) => view.cursor.y);
  const [pictures, setPictures] = useState<Pictures | null>(null);
  const y = isShown ? cursorY : Math.floor(cell.shape[1] / 2);
  const revision = volume?.revision;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision says that the voxels are new ones
  useEffect(() => {
    let current = true;
    Promise.all([
      data.slice(volumeId, "y", y, 1),
      densityId === null ? null : data.slice(densityId, "y", y, 1),
      data.powerSpectrum(volumeId, null, "y"),
    ]).then(
      ([image, density, spectrum]) => current && setPictures({ image, density, spectrum }),
      () => {}, // closed meanwhile: the views say what cannot be read
    );
    return () => {
      current = false;
    };
  }, [data, volumeId, densityId, y, revision]);
  const proteinIsDark = recipe.imaging.ctf !== null || recipe.imaging.proteinIsDark;
  return (
    <>
      <div className="picture-row">
        <SlicePicture name={`image, XZ at y ${y}`} slice={pictures?.image ?? null} invert={false} />
        <SpectrumPicture
          name="its spectrum"
          spectrum={pictures?.spectrum ?? null}
          white={pictures ? whiteOf(pictures.spectrum) : 0}
          tiltDeg={tiltDeg}
        />
        <SlicePicture name="truth" slice={pictures?.density ?? null} invert={proteinIsDark} />
      </div>
      <p className="hint">
        Spectrum: kx to the right, kz down; nothing is measured within the dashed outline.
      </p>
    </>
  );
}
