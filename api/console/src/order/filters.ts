/* The board's filters live in the URL, so that a list can be sent to a colleague. */
import { RISKS, type Risk } from "../alert/filters";
import type { BoardFilter, OrderCounts, OrderState, OrderSubject } from "../http/types";

/** The board's columns; `open` is all that is not closed yet. */
export const COLUMNS = [
  "open",
  "assigned",
  "feedback_received",
  "rectifying",
  "pending_verification",
  "overdue",
  "closed",
] as const;
export const SUBJECTS: readonly OrderSubject[] = ["safety", "canteen", "equipment"];

export type Column = (typeof COLUMNS)[number];

export interface OrderFilters {
  column: Column;
  /** Only what whoever is signed in has to put right. */
  mine: boolean;
  schoolIds: string[];
  risks: Risk[];
  subjects: OrderSubject[];
}

export const DEFAULT_ORDER_FILTERS: OrderFilters = {
  column: "open",
  mine: false,
  schoolIds: [],
  risks: [],
  subjects: [],
};

const OPEN: readonly OrderState[] = [
  "assigned",
  "feedback_received",
  "rectifying",
  "pending_verification",
];

/** What a column asks for; one that is overdue is so in whichever state. */
export const STATES_OF: Readonly<Record<Column, readonly OrderState[]>> = {
  open: OPEN,
  assigned: ["assigned"],
  feedback_received: ["feedback_received"],
  rectifying: ["rectifying"],
  pending_verification: ["pending_verification"],
  overdue: [],
  closed: ["closed"],
};

export function countOf(column: Column, counts: OrderCounts): number {
  return column === "open" ? OPEN.reduce((sum, state) => sum + counts[state], 0) : counts[column];
}

/** Unknown values are ignored: an old link must still open. */
export function readOrderFilters(params: URLSearchParams): OrderFilters {
  return {
    column: COLUMNS.find((each) => each === params.get("column")) ?? DEFAULT_ORDER_FILTERS.column,
    mine: params.get("mine") === "1",
    schoolIds: params.getAll("school"),
    risks: RISKS.filter((risk) => params.getAll("risk").includes(risk)),
    subjects: SUBJECTS.filter((subject) => params.getAll("subject").includes(subject)),
  };
}

/** Only what differs from the default is written. */
export function writeOrderFilters(filters: OrderFilters): URLSearchParams {
  const params = new URLSearchParams();
  if (filters.column !== DEFAULT_ORDER_FILTERS.column) params.set("column", filters.column);
  if (filters.mine) params.set("mine", "1");
  for (const school of filters.schoolIds) params.append("school", school);
  for (const risk of filters.risks) params.append("risk", risk);
  for (const subject of filters.subjects) params.append("subject", subject);
  return params;
}

/** Whether anything beside the column narrows the board. */
export function isBoardNarrowed(filters: OrderFilters): boolean {
  return writeOrderFilters({ ...filters, column: DEFAULT_ORDER_FILTERS.column }).size > 0;
}

/** As the server keeps it under a name. */
export function toSavedBoard(filters: OrderFilters): BoardFilter {
  return {
    page: "orders",
    column: filters.column,
    mine: filters.mine,
    school_ids: filters.schoolIds,
    risks: filters.risks,
    subjects: filters.subjects,
  };
}

export function fromSavedBoard(saved: BoardFilter): OrderFilters {
  return {
    column: saved.column,
    mine: saved.mine,
    schoolIds: saved.school_ids,
    risks: saved.risks,
    subjects: saved.subjects,
  };
}
