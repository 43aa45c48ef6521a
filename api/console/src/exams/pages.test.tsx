import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { App } from "antd";
import { I18nextProvider } from "react-i18next";
import { MemoryRouter } from "react-router";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { keys } from "../http/keys";
import type { ExamTable, PackageView, Permission, ReleaseView, SittingKept, SittingView } from "../http/types";
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
  package: null,
  is_held: false,
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

const NOTHING: SittingKept = { package: null, holds: [], releases: [] };
const OF = {
  sitting_id: 11,
  exam: "期末",
  session: "语文",
  room: "001",
  room_name: "第一考场",
  school: { school_id: "no-1", name: "一中", name_en: "" },
  starts_at: "2026-06-07T01:00:00Z",
  ends_at: "2026-06-07T03:00:00Z",
};
const SEALED: PackageView = {
  id: 3,
  package_id: "6f1c8a52-5a0c-5f0e-9d9b-0c8c6a4d2b11",
  state: "sealed",
  trouble: null,
  detail: "",
  ordered_at: "2026-06-07T03:01:00Z",
  ordered_by: "wang",
  changed_at: "2026-06-07T03:02:00Z",
  chain_head: "ab".repeat(32),
  segment_count: 12,
  size_bytes: 1_500_000,
  key_fingerprint: "6668-7aad-f862-bd77-6c8f-c18b-8e9f-8e20",
};
const ASKED: ReleaseView = {
  id: 5,
  of: OF,
  recipient: "市教育考试院",
  reason: "复核",
  state: "asked",
  asked_at: "2026-06-08T01:00:00Z",
  asked_by: "li",
  expires_at: "2099-06-11T01:00:00Z",
  decided_at: null,
  decided_by: null,
  decision_reason: null,
  segments_here: 0,
  segment_count: 12,
  is_ready: false,
};

function show(permissions: Permission[], session = AHEAD, at = "/exams", kept = NOTHING): void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  const table: ExamTable = { exam: EXAM, session, items: [GOOD, BAD], as_of: "2026-11-24T02:00:00Z" };
  client.setQueryData(keys.me, { username: "wang", permissions });
  client.setQueryData(keys.examKeptOf(11), kept);
  client.setQueryData(keys.examKeptOf(12), kept);
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

  it("tells how far a package is, and how it is verified", () => {
    const at = "/exams?room=11";
    show(["view_exams", "manage_exams"], OVER, at, { ...NOTHING, package: { ...SEALED, state: "failed", trouble: "no_room" } });
    expect(screen.getByTestId("exam-package").textContent).toContain("主机硬盘空间不足");
    expect(screen.getByTestId("package-order").textContent).toContain("重新制作");
    cleanup();
    show(["view_exams"], OVER, at, { ...NOTHING, package: SEALED });
    expect(screen.getByTestId("exam-package").textContent).toContain(
      "mingan exam verify package-11 --key 6668-7aad-f862-bd77-6c8f-c18b-8e9f-8e20",
    );
    expect(screen.queryByTestId("release-ask")).toBeNull();
  });

  it("lets nobody decide on a request of their own", () => {
    const may: Permission[] = ["view_exams", "manage_exams", "release_holds", "export"];
    const at = "/exams?room=11";
    show(may, OVER, at, { ...NOTHING, package: SEALED, releases: [ASKED] });
    expect(screen.getByTestId("release-agree")).toBeTruthy();
    cleanup();
    show(may, OVER, at, { ...NOTHING, package: SEALED, releases: [{ ...ASKED, asked_by: "wang" }] });
    expect(screen.queryByTestId("release-agree")).toBeNull();
    expect(screen.getByTestId("exam-release").textContent).toContain("须由另一人办理");
    cleanup();
    const ready: ReleaseView = { ...ASKED, state: "agreed", decided_by: "wang", decision_reason: "已核", is_ready: true };
    show(may, OVER, at, { ...NOTHING, package: SEALED, releases: [ready] });
    expect(screen.getByTestId("release-fetch").getAttribute("href")).toBe("/api/v1/exam-releases/5/package.zip");
  });
});
