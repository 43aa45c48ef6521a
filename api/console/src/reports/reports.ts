import type { ReportKind, ReportView } from "../http/types";

/** Kinds that are asked for here; the paper of a form is, on the form's page. */
export type AskedKind = Exclude<ReportKind, "inspection_form">;

/** What has to be said to have a report of a kind made. */
export const KINDS: Record<
  AskedKind,
  { of: "school" | "district" | "either"; ofMonth: boolean }
> = {
  school_audit: { of: "school", ofMonth: false },
  canteen_month: { of: "either", ofMonth: true },
  hazard_ledger: { of: "school", ofMonth: false },
  filing_form: { of: "school", ofMonth: false },
  district_month: { of: "district", ofMonth: true },
};

/** Chosen where a school could be: all of them. */
export const DISTRICT = "*";

/** Which school a report is asked for on; null of the whole district. */
export function schoolOf(kind: AskedKind, chosen: string | undefined): string | null {
  return KINDS[kind].of === "district" || chosen === DISTRICT ? null : (chosen ?? null);
}

/** How often reports that are being made are read again, in milliseconds. */
export const READ_AGAIN_MS = 2000;
/** More than any report has; read into memory whole. */
export const MOST_BYTES = 200 * 1024 * 1024;

export function isOpen({ state }: ReportView): boolean {
  return state === "waiting" || state === "running";
}

/** Whether a report's file is there, and this person may have it. */
export function canDownload(report: ReportView, maySeePictures: boolean): boolean {
  return report.state === "ready" && (maySeePictures || !report.has_pictures);
}

/** SHA-256 of a file, in hexadecimal; null where the browser works none out: without HTTPS. */
export async function hashOf(file: Pick<Blob, "arrayBuffer">): Promise<string | null> {
  const { subtle } = globalThis.crypto as { subtle?: SubtleCrypto };
  if (!subtle) return null;
  const digest = await subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
