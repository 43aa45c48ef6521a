/* Where a browser has files from: addresses that a link or a picture names by itself. */
import { client } from "../client/client.gen";
import type {
  AccessFilters,
  HazardFilters,
  PrecisionFilters,
  RequestFilters,
} from "./types";

/** Where a browser downloads schools, places and cameras from. */
export function workbookFile(language: "zh" | "en"): string {
  return client.buildUrl({ url: "/api/v1/workbook", query: { language } });
}

/** Where a browser downloads a version of a box's configuration from. */
export function configurationFile(boxId: number, number: number): string {
  return client.buildUrl({
    url: "/api/v1/boxes/{box_id}/configuration/versions/{number}/yaml",
    path: { box_id: boxId, number },
  });
}

/** Where a browser has the coarse picture of a camera that was found from. */
export function candidatePicture(boxId: number, number: number): string {
  return client.buildUrl({
    url: "/api/v1/boxes/{box_id}/discovery/pictures/{number}",
    path: { box_id: boxId, number },
  });
}

/** Where a browser downloads the entries of the access log from. */
export function accessLogFile(filters: AccessFilters, language: "zh" | "en"): string {
  return client.buildUrl({ url: "/api/v1/audit/export.csv", query: { ...filters, language } });
}

/** Where a browser downloads the register of requests from. */
export function requestsFile(filters: RequestFilters, language: "zh" | "en"): string {
  return client.buildUrl({ url: "/api/v1/privacy/requests.csv", query: { ...filters, language } });
}

/** Where a browser downloads the register of impact assessments from. */
export function assessmentsFile(school: string | null, language: "zh" | "en"): string {
  const query = { ...(school ? { school_id: [school] } : {}), language };
  return client.buildUrl({ url: "/api/v1/privacy/assessments.csv", query });
}

/** Where a browser downloads from how often alerts were true. */
export function precisionFile(filters: PrecisionFilters, language: "zh" | "en"): string {
  return client.buildUrl({ url: "/api/v1/precision/export.csv", query: { ...filters, language } });
}

/** Where a browser downloads an exam's workbook from: its headings, or what was taken in. */
export function examWorkbook(examId: number, language: "zh" | "en"): string {
  return client.buildUrl({
    url: "/api/v1/exams/{exam_id}/workbook",
    path: { exam_id: examId },
    query: { language },
  });
}

/** Where a browser downloads the table of an exam's session from. */
export function examTableFile(
  examId: number,
  sessionId: number,
  language: "zh" | "en",
  format: "csv" | "xlsx",
): string {
  return client.buildUrl({
    url: `/api/v1/exams/{exam_id}/sessions/{session_id}/table.${format}`,
    path: { exam_id: examId, session_id: sessionId },
    query: { language },
  });
}

/** Where a browser downloads a package from that two people agreed to hand out. */
export function examPackageFile(releaseId: number): string {
  return client.buildUrl({
    url: "/api/v1/exam-releases/{release_id}/package.zip",
    path: { release_id: releaseId },
  });
}

/** Where a browser downloads the file of a report from. */
export function reportFile(id: number): string {
  return client.buildUrl({ url: "/api/v1/reports/{report_id}/file", path: { report_id: id } });
}

/** Where a browser downloads the paper of a form from. */
export function paperFile(formId: number, reportId: number): string {
  return client.buildUrl({
    url: "/api/v1/inspections/{inspection_id}/papers/{report_id}/file",
    path: { inspection_id: formId, report_id: reportId },
  });
}

/** Where a browser downloads the ledger of hazards from. */
export function hazardsFile(filters: HazardFilters, language: "zh" | "en"): string {
  return client.buildUrl({ url: "/api/v1/hazards.xlsx", query: { ...filters, language } });
}

/** Where a browser downloads what was recovered of a school's footage from. */
export function recoveredFile(schoolId: string, language: "zh" | "en"): string {
  return client.buildUrl({
    url: "/api/v1/compliance/schools/{school_id}/recovered.csv",
    path: { school_id: schoolId },
    query: { language },
  });
}

/** Where a browser downloads the retention table from. */
export function retentionFile(language: "zh" | "en"): string {
  return client.buildUrl({ url: "/api/v1/compliance/retention.csv", query: { language } });
}
