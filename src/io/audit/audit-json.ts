import { shareInDb } from "../../core/metrics/audit-spectra";
import type { AuditDocument } from "./audit-document";

/** What the file says of itself, and the version of its fields. */
const FORMAT = "tomoscope-audit";
const VERSION = 1;

/** Returns an audit as JSON: every figure and curve with its provenance, without the pictures. */
export function auditJson({ output, names, voxelSizeAngstrom, provenance, day }: AuditDocument): string {
  const { pictures: _, verdict, change, ...figures } = output;
  const document = {
    format: FORMAT,
    version: VERSION,
    day,
    volumes: names,
    voxelSizeAngstrom,
    verdict: verdict.map(({ text }) => text),
    change: { ...change, decibels: shareInDb(change.share) },
    ...figures,
    provenance,
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}
