import { ToggleGroup } from "radix-ui";
import { lazy, Suspense } from "react";
import { choosePreview } from "../../commands/run-restore";
import type { MwrPreviewKind } from "../../core/restore/mwr-control";
import { isUnderWay, type Restoration } from "../../state/restoration";
import { formatNumber, formatPercent } from "../format-quantity";
import { useShell, useWorkbench } from "../workbench-context";
import { ACCEPTANCE_WINDOW, runningAcceptance, TARGET_ACCEPTANCE } from "./chain-series";
import { PreviewCanvas } from "./preview-canvas";

const TracePlot = lazy(async () => ({ default: (await import("./trace-plot")).TracePlot }));

const KINDS: readonly { readonly kind: MwrPreviewKind; readonly name: string }[] = [
  { kind: "sample", name: "sample" },
  { kind: "mean", name: "running mean" },
  { kind: "std", name: "deviation" },
];
const NAMES: Readonly<Record<MwrPreviewKind, string>> = {
  sample: "the current sample",
  mean: "mean so far",
  std: "deviation so far, bright where uncertain",
};

/** A slice of what the chain has come to, of the kind that is chosen. */
function Preview({ restoration, invert }: { readonly restoration: Restoration; readonly invert: boolean }) {
  const workbench = useWorkbench();
  const { preview, shown, jobId, previewRevision, box } = restoration;
  const caption = `${NAMES[shown]}${preview === shown ? "" : ", until there are two"}`;
  return (
    <>
      <ToggleGroup.Root
        type="single"
        className="toggle-group"
        aria-label="What the preview shows"
        value={preview}
        onValueChange={(next) => next && choosePreview(workbench, next as MwrPreviewKind)}
      >
        {KINDS.map(({ kind, name }) => (
          <ToggleGroup.Item key={kind} value={kind} className="toggle">
            {name}
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
      <PreviewCanvas
        jobId={jobId}
        revision={previewRevision}
        invert={invert && shown !== "std"}
        caption={caption}
        firstSection={box?.z0 ?? 0}
      />
    </>
  );
}

/** What an acceptance rate asks for, if anything. */
function advice(rate: number): string {
  const [low, high] = TARGET_ACCEPTANCE;
  if (rate < low) return "below its band: a larger β accepts more";
  if (rate > high) return "above its band: fine where the energy still falls, else a smaller β is stricter";
  return "in its band";
}

/** The newest figures of a chain, in words. */
function Figures({ restoration }: { readonly restoration: Restoration }) {
  const { trace, changes } = restoration;
  const last = trace.at(-1);
  const rate = runningAcceptance(trace.slice(-2 * ACCEPTANCE_WINDOW)).at(-1) ?? 0;
  const change = [...changes.values()].at(-1);
  if (!last) return null;
  return (
    <>
      <p className="figures">
        iteration <b>{last.iteration}</b> · energy <b>{formatNumber(last.energy)}</b> · β{" "}
        <b>{formatNumber(last.beta)}</b>
        {change !== undefined && (
          <>
            {" "}
            · mean moves by <b>{Number((100 * change).toPrecision(2))} %</b>
          </>
        )}
      </p>
      <p className="figures">
        accepted <b>{formatPercent(rate)}</b> of the last {Math.min(trace.length, ACCEPTANCE_WINDOW)},{" "}
        {advice(rate)}
      </p>
    </>
  );
}

/** The chain while it runs and after: preview, figures, energy, acceptance, and how the mean settles. */
export function ChainView({ invert }: { readonly invert: boolean }) {
  const restoration = useShell((shell) => shell.restoration);
  if (!restoration) return null;
  const { trace, changes, burnIn } = restoration;
  return (
    <>
      {isUnderWay(restoration) && <Preview restoration={restoration} invert={invert} />}
      <Figures restoration={restoration} />
      <Suspense fallback={<div className="plot-space" />}>
        <TracePlot trace={trace} changes={changes} burnIn={burnIn} />
      </Suspense>
      <p className="hint">
        The samples are good once the energy lies flat; the mean once its change is small. Green: acceptance
        of {TARGET_ACCEPTANCE.map(formatPercent).join(" to ")}.
      </p>
    </>
  );
}
