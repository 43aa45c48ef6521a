import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { App } from "antd";
import { I18nextProvider } from "react-i18next";
import { MemoryRouter, Route, Routes } from "react-router";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { keys } from "../http/keys";
import type { CameraDay, OverrideView, Permission, RecoveredTable } from "../http/types";
import { i18n, startI18n } from "../i18n";
import { camera, cell, footage, heldDay, REQUIREMENT, SCHOOL, schoolLine } from "../testing/compliance";
import { PreferencesProvider } from "../ui/preferences";
import { Component as DistrictPage } from "./DistrictPage";
import { Component as SchoolFootagePage } from "./SchoolFootagePage";

beforeAll(() => startI18n("zh"));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const OVERRIDE: OverrideView = {
  id: 3,
  min_days: 60,
  max_days: null,
  from_day: "2026-05-01",
  until_day: null,
  reason: "市里要求",
  created_by: "chen",
  created_at: "2026-04-30T06:00:00Z",
  withdrawn_by: null,
  withdrawn_at: null,
};

const VERDICT: CameraDay = {
  camera_key: 65,
  camera_id: "A",
  name: "A",
  school: SCHOOL,
  day: "2026-05-02",
  state: "insufficient",
  is_unconfirmed: false,
  completeness: 0.5,
  proven_days: 31,
  gap_count: 0,
  gap_s: 0,
  day_missing_s: 0,
  as_of: "2026-05-02T15:00:00Z",
  judged_at: "2026-05-03T06:00:00Z",
  requirement: REQUIREMENT,
  former: [],
};

const CAMERAS = [
  camera("A", {
    state: "gap",
    comment: { zh: "最长一段缺 58 秒", en: "Longest gap 58 s" },
    days: [cell("2026-05-02", 0.5, "gap"), cell("2026-05-03", 0.999, "gap")],
    held: [heldDay("2026-05-01", 1), heldDay("2026-05-02", 1), heldDay("2026-05-03", 0.999)],
    gaps: [{ from_at: "2026-05-03T01:00:00Z", to_at: "2026-05-03T01:00:58Z", cause: "offline" }],
  }),
  camera("B", {
    state: "unknown",
    doubt: "never_reported",
    comment: { zh: "从未上报", en: "Never reported" },
    completeness: 0,
    as_of: null,
    told_at: null,
  }),
  camera("C", { state: "immature", held: [heldDay("2026-05-03", 1)] }),
];

const RECOVERED: RecoveredTable = {
  items: [
    {
      camera_key: 65,
      camera_id: "A",
      name: "A",
      span: {
        from_at: "2026-05-02T15:58:00Z",
        to_at: "2026-05-02T16:08:00Z",
        device: "nvr",
        channel: "3",
        recovered_at: "2026-05-02T17:00:00Z",
      },
    },
  ],
  total: 1,
  total_s: 600,
  time_zone: "Asia/Shanghai",
};

function show(at: string, permissions: Permission[], cameras = CAMERAS): void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  client.setQueryData(keys.me, { permissions });
  client.setQueryData(keys.complianceSchools, {
    items: [schoolLine(), schoolLine({ school: { ...SCHOOL, school_id: "no-2" }, verdict: "meets" })],
  });
  client.setQueryData(keys.complianceOf("no-1", 30), footage(cameras));
  client.setQueryData(keys.overrides("no-1"), { items: [OVERRIDE], requirement: REQUIREMENT });
  client.setQueryData(keys.recovered("no-1"), RECOVERED);
  client.setQueryData(keys.judgements, { items: [] });
  client.setQueryData(keys.cameraDay(65, "2026-05-02"), {
    ...VERDICT,
    former: [
      { ...VERDICT, state: "compliant", replaced_at: "2026-05-03T06:00:00Z", replaced_by: "li", reason: "补录要求" },
    ],
  });
  render(
    <QueryClientProvider client={client}>
      <I18nextProvider i18n={i18n}>
        <PreferencesProvider>
          <App>
            <MemoryRouter initialEntries={[at]}>
              <Routes>
                <Route path="/compliance" element={<DistrictPage />} />
                <Route path="/compliance/:schoolId" element={<SchoolFootagePage />} />
              </Routes>
            </MemoryRouter>
          </App>
        </PreferencesProvider>
      </I18nextProvider>
    </QueryClientProvider>,
  );
}

const goesTo = (element: HTMLElement) => element.closest("a")?.getAttribute("href");

describe("the district's compliance", () => {
  it("says each school's verdict in a sentence, and opens the rows behind each number", () => {
    show("/compliance", ["see_compliance"]);
    const [school] = screen.getAllByTestId("district-school");
    expect(school?.textContent).toContain("不合格：1 台录像缺 3 小时");
    const row = within(school as HTMLElement);
    expect(goesTo(row.getByTestId("district-coverage"))).toBe("/coverage/no-1");
    expect(goesTo(row.getByTestId("district-gap"))).toBe("/compliance/no-1?show=gap");
    expect(goesTo(row.getByTestId("district-unknown"))).toBe("/compliance/no-1?show=unknown");
    expect(row.getByTestId("district-unknown").textContent).toBe(" 无法核验 1");
    expect(row.getByTestId("district-immature").textContent).toBe(" 历史未成熟 1");
  });

  it.each([
    [["see_compliance"], 0],
    [["see_compliance", "manage_compliance"], 1],
  ] as [Permission[], number][])("lets only those judge again who may: %j", (permissions, buttons) => {
    show("/compliance", permissions);
    expect(screen.queryAllByTestId("judge-again")).toHaveLength(buttons);
  });

  it("is narrowed to one verdict by its address", () => {
    show("/compliance?verdict=meets", ["see_compliance"]);
    expect(screen.getAllByTestId("district-school").map((row) => row.dataset.verdict)).toEqual(["meets"]);
  });
});

describe("a school's days", () => {
  it("draws what is missing, what was fetched later and what nobody told", () => {
    show("/compliance/no-1", ["see_compliance"]);
    const drawn = screen
      .getAllByTestId("heat-row")
      .map((row) => [...row.querySelectorAll<HTMLElement>("[data-tone]:not([data-testid])")].map((each) => each.dataset.tone));
    expect(drawn).toEqual([
      ["ok", "recovered", "gap"],
      ["unknown", "unknown", "unknown"],
      ["unknown", "unknown", "ok"],
    ]);
    const gap = screen.getByLabelText("A 2026-05-03 录像缺失，99.90 %，当日结论：录像缺失");
    expect(gap.querySelector("[data-sign]")).toHaveProperty("dataset.sign", "99");
    expect(screen.getAllByTestId("heat-row")[1]?.textContent).toContain("从未上报");
    expect(screen.getByTestId("heat-words").textContent).toContain("2026-05-02 事后补齐；2026-05-03 录像缺失");
  });

  it("is walked through with the arrows, from one stop of the Tab key", () => {
    show("/compliance/no-1", ["see_compliance"]);
    const stops = () => screen.getByTestId("heat-map").querySelectorAll<HTMLElement>("[tabindex='0']");
    expect(stops()).toHaveLength(1);
    stops()[0]?.focus();
    fireEvent.keyDown(document.activeElement as HTMLElement, { key: "ArrowLeft" });
    fireEvent.keyDown(document.activeElement as HTMLElement, { key: "ArrowDown" });
    expect(document.activeElement?.getAttribute("aria-label")).toContain("B 2026-05-02");
    expect([...stops()]).toEqual([document.activeElement]);
  });

  it("leaves the cameras that a number counts", () => {
    show("/compliance/no-1?show=unknown", ["see_compliance"]);
    expect(screen.getAllByTestId("heat-row").map((row) => row.dataset.cameraId)).toEqual(["B"]);
    expect(screen.queryAllByTestId("camera-gaps")).toEqual([]);
  });

  it("says of a camera why, and nothing of one of which there is nothing to say", () => {
    show("/compliance/no-1", ["see_compliance"]);
    expect(screen.getAllByTestId("camera-comment").map((each) => each.textContent)).toEqual([
      "最长一段缺 58 秒",
      "从未上报",
    ]);
  });

  it("names each gap with its cause", () => {
    show("/compliance/no-1", ["see_compliance"]);
    const gap = screen.getByTestId("school-gap");
    expect(gap.textContent).toContain("2026-05-03 09:00:00 – 09:00:58");
    expect(gap.textContent).toContain("58 秒");
    expect(gap.textContent).toContain("摄像机离线");
    expect(gap.querySelector("a")).toBeNull();
  });

  it.each([
    ["screen", 5],
    ["print", 7],
  ])("lists so many gaps of a camera on %s: %i", (medium, count) => {
    const media = window.matchMedia.bind(window);
    vi.spyOn(window, "matchMedia").mockImplementation((query) => ({ ...media(query), matches: query === medium }));
    const gaps = Array.from({ length: 7 }, (_, minute) => ({
      from_at: `2026-05-03T01:0${minute}:00Z`,
      to_at: `2026-05-03T01:0${minute}:30Z`,
      cause: "offline" as const,
    }));
    show("/compliance/no-1", ["see_compliance"], [camera("A", { gaps })]);
    expect(screen.getAllByTestId("school-gap")).toHaveLength(count);
    expect(screen.queryByTestId("more-gaps")?.textContent).toBe(count < 7 ? "其余 2 段" : undefined);
  });

  it("opens the footage around a gap to those who may play it", () => {
    show("/compliance/no-1", ["see_compliance", "play_recordings"]);
    expect(screen.getByTestId("school-gap").querySelector("a")?.getAttribute("href")).toBe(
      "/recordings/65?at=2026-05-03T01%3A00%3A00Z",
    );
  });

  it("opens a past day under the rule of then, with what was said before, by whom and why", () => {
    show("/compliance/no-1?day=2026-05-02&camera=65", ["see_compliance"]);
    const panel = screen.getByTestId("day-panel");
    expect(panel.textContent).toContain("国务院令第799号 §17");
    expect(panel.textContent).toContain("存储不足");
    expect(screen.getByTestId("former").textContent).toContain("li 要求重新判定，理由：补录要求");
    expect(within(screen.getByTestId("former")).getByTestId("retention-state").textContent).toContain("达标");
  });

  it("says what else is asked of the school, by whom and why", () => {
    show("/compliance/no-1", ["see_compliance"]);
    const override = screen.getByTestId("override");
    expect(override.textContent).toContain("录像至少保存 60 天");
    expect(override.textContent).toContain("市里要求");
    expect(override.textContent).toContain("chen");
    expect(screen.queryByTestId("add-override")).toBeNull();
    expect(screen.queryByTestId("withdraw")).toBeNull();
  });

  it("has it changed by those who may", () => {
    show("/compliance/no-1", ["see_compliance", "manage_compliance"]);
    expect(screen.getByTestId("add-override")).toBeTruthy();
    expect(screen.getByTestId("withdraw")).toBeTruthy();
  });
});

describe("what was recovered of a school's footage", () => {
  it("is told with who held it and when, and opens the moment for those who may look", () => {
    show("/compliance/no-1", ["see_compliance", "play_recordings", "export"]);
    const row = within(screen.getByTestId("school-recovered"));
    expect(row.getByTestId("recovered-row").textContent).toBe(
      "A2026-05-02 23:58:00 – 2026-05-03 00:08:0010 分钟nvr/32026-05-03 01:00:00",
    );
    expect(goesTo(row.getByText("A"))).toBe("/recordings/65?at=2026-05-02T15%3A58%3A00Z");
    expect(row.getByTestId("recovered-export").getAttribute("href")).toBe(
      "/api/v1/compliance/schools/no-1/recovered.csv?language=zh",
    );
  });

  it("has no doors for those who may not", () => {
    show("/compliance/no-1", ["see_compliance"]);
    const row = within(screen.getByTestId("school-recovered"));
    expect(goesTo(row.getByText("A"))).toBeUndefined();
    expect(row.queryByTestId("recovered-export")).toBeNull();
  });
});
