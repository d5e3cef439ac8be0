import { volumeStem } from "../core/volume/volume-stem";
import type { AuditDocument } from "../io/audit/audit-document";
import { auditJson } from "../io/audit/audit-json";
import { auditPage } from "../io/audit/audit-page";
import { notify } from "../state/shell";
import { drawSvg } from "./draw-svg";
import { shownAudit } from "./run-audit";
import type { Workbench } from "./workbench";

/** As what an audit is saved: one page, or its figures. */
export const AUDIT_EXPORTS = [
  { id: "pdf", label: "Page as PDF", note: "one page of A4, to attach to a paper" },
  { id: "png", label: "Page as PNG", note: "the same page, 200 dots per inch" },
  { id: "json", label: "Figures as JSON", note: "every figure and curve, with how they were made" },
] as const;

export type AuditExportId = (typeof AUDIT_EXPORTS)[number]["id"];

const DOTS_PER_INCH = 200;
const POINTS_PER_INCH = 72;

/** Saves the audit that is shown as a page or as its figures. */
export async function exportAudit(workbench: Workbench, id: AuditExportId): Promise<void> {
  const { host, shell } = workbench;
  const audit = shownAudit(workbench);
  if (!audit) return;
  const day = new Date(host.now()).toISOString().slice(0, 10);
  const { output, names, voxelSizeAngstrom, provenance } = audit;
  const document: AuditDocument = { output, names, voxelSizeAngstrom, provenance, day };
  const name = `${volumeStem(names.restored)}-audit.${id}`;
  try {
    host.saveFile(name, await fileOf(document, id));
  } catch (error) {
    notify(
      shell,
      "error",
      `${name} could not be made: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function fileOf(document: AuditDocument, id: AuditExportId): Promise<Blob> {
  if (id === "json") return new Blob([auditJson(document)], { type: "application/json" });
  const page = auditPage(document);
  // The writers of pages are loaded when one is wanted.
  if (id === "pdf") {
    const { pagePdf } = await import("../io/page/page-pdf");
    return new Blob([await pagePdf(page)], { type: "application/pdf" });
  }
  const { pageSvg } = await import("../io/page/page-svg");
  const scale = DOTS_PER_INCH / POINTS_PER_INCH;
  return drawSvg(pageSvg(page), Math.round(page.width * scale), Math.round(page.height * scale));
}
