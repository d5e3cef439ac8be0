import { ChevronDown, CircleCheck, CircleDot, Columns2, Download, TriangleAlert } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { lazy, Suspense } from "react";
import { AUDIT_EXPORTS, exportAudit } from "../../commands/export-audit";
import { compareWith } from "../../commands/open-volume";
import type { AuditSentence } from "../../core/metrics/audit-verdict";
import { type AuditResult, auditedVolumes, auditOf } from "../../state/audit";
import { Section } from "../controls/section";
import { Switch } from "../controls/switch";
import { useDocument, useShell, useView, useWorkbench } from "../workbench-context";
import { AuditResolutions } from "./audit-resolutions";
import { AuditVolumes } from "./audit-volumes";
import { OperationForm, useShownVolume } from "./operation-form";
import { RunBox } from "./run-box";

const AuditPlots = lazy(async () => ({ default: (await import("./audit-plots")).AuditPlots }));

const ICONS = { good: CircleCheck, warning: TriangleAlert, plain: CircleDot } as const;

function Verdict({ sentences }: { readonly sentences: readonly AuditSentence[] }) {
  return (
    <ul className="verdict" aria-label="Verdict">
      {sentences.map(({ tone, text }) => {
        const Icon = ICONS[tone];
        return (
          <li key={text} className={tone}>
            <Icon
              size={14}
              aria-label={tone === "warning" ? "To be looked at:" : undefined}
              aria-hidden={tone !== "warning"}
            />
            <span>{text}</span>
          </li>
        );
      })}
    </ul>
  );
}

function ExportButton() {
  const workbench = useWorkbench();
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button">
        <Download size={14} aria-hidden /> Export <ChevronDown size={12} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          {AUDIT_EXPORTS.map(({ id, label, note }) => (
            <DropdownMenu.Item key={id} className="menu-item" onSelect={() => exportAudit(workbench, id)}>
              {label}
              <span className="menu-note">{note}</span>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** What an audit came to: in words, in the views, in curves. */
function Found({ audit }: { readonly audit: AuditResult }) {
  const workbench = useWorkbench();
  const { output, volumeIds } = audit;
  const hatch = useView((view) => view.hatch);
  const changeId = volumeIds["measured-change"];
  return (
    <>
      <div className="panel-bar">
        <b>Verdict</b>
        <span className="spring" />
        <ExportButton />
      </div>
      <Verdict sentences={output.verdict} />
      {output.isPart && (
        <p className="hint">
          This is of a part of what was restored: cut faces mix neighbouring coefficients, so those next to
          the wedge were left out, and small changes may be the cut's.
        </p>
      )}
      <div className="option-row">
        <span>Map of what was changed</span>
        <button type="button" className="button" onClick={() => compareWith(workbench, changeId, "side")}>
          <Columns2 size={14} aria-hidden /> Show
        </button>
      </div>
      {output.uncertain && (
        <div className="option-row">
          <span>Hatch where the deviation is larger than the signal</span>
          <Switch
            label="Hatch where the deviation is larger than the signal"
            checked={hatch}
            onChange={(next) => workbench.view.setState({ hatch: next })}
          />
        </div>
      )}
      <Section title="Curves">
        <Suspense fallback={<div className="plot-space" />}>
          <AuditPlots output={output} />
        </Suspense>
      </Section>
      {output.correlations.length > 0 && (
        <Section title="Resolution against the reference">
          <AuditResolutions audit={audit} />
        </Section>
      )}
    </>
  );
}

/** The panel that tells how far a restored volume can be trusted. */
export function AuditPanel() {
  const volumes = useDocument((document) => document.volumes);
  const setup = useShell((shell) => shell.auditSetup);
  const audits = useShell((shell) => shell.audits);
  const shown = useShownVolume();
  const audited = auditedVolumes(volumes, setup);
  const { original, restored } = audited;
  const audit = auditOf(audits, audited);
  const isInView = restored !== null && shown?.meta.shape.join() === restored.meta.shape.join();
  const missing =
    original && restored
      ? null
      : "Restore a box first, or drop a restored volume (IsoNet, DeepDeWedge, …) beside its original: both of one size.";
  const choices = <AuditVolumes {...audited} />;
  // It makes way for what was found.
  const chooser = audit ? (
    <Section title={`Volumes: ${audit.names.restored}`} open={false}>
      {choices}
    </Section>
  ) : (
    choices
  );
  return (
    <>
      <OperationForm operation="audit" foldWhenDone withBox={isInView} above={chooser} />
      <RunBox operation="audit" shape={restored?.meta.shape ?? null} missing={missing} />
      {audit && <Found audit={audit} />}
    </>
  );
}
