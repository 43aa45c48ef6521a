import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { App } from "antd";
import { I18nextProvider } from "react-i18next";
import { MemoryRouter } from "react-router";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { keys } from "../http/keys";
import type { ExamTable, Permission, SittingView } from "../http/types";
import { i18n, startI18n } from "../i18n";
import { PreferencesProvider } from "../ui/preferences";
import { Component as ExamsPage } from "./ExamsPage";

beforeAll(() => startI18n("zh"));
afterEach(cleanup);

const EXAM = {
  id: 1,
  name: "期末",
  time_zone: "Asia/Shanghai",
  clock_tolerance_s: null,
  tolerance_source: "",
  created_at: "2026-11-20T01:00:00Z",
  created_by: "admin",
};

const SESSION = (starts_at: string, ends_at: string) => ({
  id: 7,
  name: "语文",
  starts_at,
  ends_at,
  roster: ["wang"],
  sittings: 2,
});

const GOOD: SittingView = {
  id: 11,
  school: { school_id: "no-1", name: "一中", name_en: "" },
  room_id: 1,
  room: "001",
  room_name: "第一考场",
  seats: 30,
  expected: 30,
  present: 29,
  cameras: [1],
  checks: [{ check: "online", state: "good", why: null, camera_id: null, faults: [], since: null }],
  clock_offset_s: 0.4,
  completeness: 1,
  told_until: "2099-06-07T03:00:00Z",
  missing_s: 0,
  gaps: [],
  shown: { times: 0, seconds: 0, last_at: null, longest_unseen_s: null },
  order_id: null,
  seal: null,
};

const BAD: SittingView = {
  ...GOOD,
  id: 12,
  room: "002",
  room_name: "第二考场",
  present: null,
  checks: [
    { check: "clock", state: "bad", why: "clock_wrong", camera_id: "room2", faults: [], since: null },
    { check: "space", state: "unknown", why: "space_unknown", camera_id: "room2", faults: [], since: null },
  ],
  clock_offset_s: -40,
  completeness: null,
  told_until: null,
  missing_s: null,
};

const AHEAD = SESSION("2099-06-07T01:00:00Z", "2099-06-07T03:00:00Z");
const OVER = SESSION("2026-06-07T01:00:00Z", "2026-06-07T03:00:00Z");

function show(permissions: Permission[], session = AHEAD, at = "/exams"): void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  const table: ExamTable = { exam: EXAM, session, items: [GOOD, BAD], as_of: "2026-11-24T02:00:00Z" };
  client.setQueryData(keys.me, { permissions });
  client.setQueryData(keys.exams, { items: [EXAM] });
  client.setQueryData(keys.exam(1), { ...EXAM, sessions: [session], profile: null });
  client.setQueryData(keys.examTable(1, 7), table);
  render(
    <QueryClientProvider client={client}>
      <I18nextProvider i18n={i18n}>
        <PreferencesProvider>
          <App>
            <MemoryRouter initialEntries={[at]}>
              <ExamsPage />
            </MemoryRouter>
          </App>
        </PreferencesProvider>
      </I18nextProvider>
    </QueryClientProvider>,
  );
}

describe("the table of an exam day", () => {
  it("says what is known and what is not, and takes neither for the other", () => {
    show(["view_exams"]);
    expect(screen.getByTestId("exam-sentence").textContent).toContain(
      "2 个考场，应到 60 人，1 个考场已报实到共 29 人；1 个考场需整改，0 个缺录像，1 个录像无法核验，0 个尚未巡看，0 个已封存。",
    );
    const [good, bad] = screen.getAllByTestId("sitting");
    expect(within(good as HTMLElement).getByTestId("exam-check").dataset.tone).toBe("ok");
    expect(within(bad as HTMLElement).getAllByTestId("exam-check").map((mark) => mark.dataset.tone)).toEqual([
      "gap",
      "unknown",
    ]);
    expect(within(bad as HTMLElement).getByTestId("exam-footage").dataset.tone).toBe("unknown");
    expect(bad?.textContent).toContain("−40.0 s");
  });

  it("offers changes only to those who may make them", () => {
    show(["view_exams"]);
    expect(screen.queryByTestId("exam-import")).toBeNull();
    expect(screen.queryByTestId("exam-export")).toBeNull();
    cleanup();
    show(["view_exams", "manage_exams", "export"]);
    expect(screen.getByTestId("exam-import")).toBeTruthy();
    expect(screen.getByTestId("exam-export").closest("a")?.getAttribute("href")).toContain(
      "/api/v1/exams/1/sessions/7/table.xlsx",
    );
  });

  it("has what is red put right before the session, and sealed only after it", () => {
    show(["view_exams", "manage_exams", "assign_orders"], AHEAD, "/exams?room=12");
    const panel = within(screen.getByTestId("sitting-panel"));
    expect(panel.getByTestId("sitting-order")).toBeTruthy();
    expect(panel.queryByTestId("sitting-facts")).toBeNull();
    cleanup();
    show(["view_exams", "manage_exams", "assign_orders"], OVER, "/exams?room=12");
    const later = within(screen.getByTestId("sitting-panel"));
    expect(later.queryByTestId("sitting-order")).toBeNull();
    expect(later.getByTestId("sitting-facts")).toBeTruthy();
  });

  it("opens a room by its name", () => {
    show(["view_exams"]);
    fireEvent.click(screen.getAllByTestId("sitting-open")[0] as HTMLElement);
    expect(screen.getByTestId("sitting-panel")).toBeTruthy();
  });
});
