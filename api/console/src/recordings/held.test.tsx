import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { createRef, type ReactNode } from "react";
import { I18nextProvider } from "react-i18next";
import { MemoryRouter } from "react-router";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { api } from "../http/api";
import type { RecordingDay } from "../http/types";
import { i18n, startI18n } from "../i18n";
import { recordingDay } from "../testing/recordings";
import { PreferencesProvider } from "../ui/preferences";
import { EventList } from "./EventList";
import { PlayerPane } from "./PlayerPane";
import { Component as RecordingPage } from "./RecordingPage";
import { Timeline } from "./Timeline";
import type { Playback, Status } from "./usePlayback";

beforeAll(() => startI18n("zh"));
afterEach(cleanup);

const span = (from: string, to: string) => ({ from_at: `2026-11-24T${from}:00Z`, to_at: `2026-11-24T${to}:00Z` });
const HELD = { ...span("01:00", "02:00"), device: "nvr", channel: "3" };
const WHOLE = { from: Date.parse("2026-11-23T16:00:00Z"), to: Date.parse("2026-11-24T16:00:00Z") };

function show(children: ReactNode) {
  render(
    <MemoryRouter>
      <PreferencesProvider>
        <I18nextProvider i18n={i18n}>{children}</I18nextProvider>
      </PreferencesProvider>
    </MemoryRouter>,
  );
}

const showTimeline = (day: RecordingDay) =>
  show(<Timeline day={day} view={WHOLE} onView={vi.fn()} position={null} onSeek={vi.fn()} />);

function showPlayer(status: Status, at: string, day: RecordingDay) {
  const playback: Playback = {
    status,
    position: Date.parse(`2026-11-24T${at}:00Z`),
    playing: false,
    speed: 1,
    leap: null,
    seek: vi.fn(),
    toggle: vi.fn(),
    changeSpeed: vi.fn(),
  };
  show(<PlayerPane day={day} video={createRef()} playback={playback} canPlay onBegin={vi.fn()} />);
}

describe("a day of which a recorder has some", () => {
  it("marks what the recorder has apart from what the box has", () => {
    showTimeline(recordingDay({ spans: [span("00:00", "02:00")], held: [HELD] }));
    expect(screen.getAllByTestId("span")).toHaveLength(1);
    expect(screen.getAllByTestId("held-mark")).toHaveLength(1);
  });

  it("has no such mark when all of it lies on the box", () => {
    showTimeline(recordingDay({ spans: [span("00:00", "02:00")] }));
    expect(screen.queryByTestId("held-mark")).toBeNull();
  });

  it("leads from a gap to what the recorder has of it", () => {
    const seek = vi.fn();
    const gap = { ...span("00:30", "02:30"), cause: "offline" as const, detail: "" };
    show(<EventList day={recordingDay({ gaps: [gap], held: [HELD] })} onSeek={seek} />);
    const door = screen.getByTestId("gap-held");
    expect(door.textContent).toContain("09:00:00–10:00:00");
    expect(door.textContent).toContain("nvr/3");
    fireEvent.click(door);
    expect(seek).toHaveBeenCalledWith(Date.parse(HELD.from_at));
  });
});

describe("a recorder that has not said what it has", () => {
  const showPage = (day: RecordingDay) => {
    vi.spyOn(api, "recordingDay").mockResolvedValue(day);
    show(
      <QueryClientProvider client={new QueryClient()}>
        <RecordingPage />
      </QueryClientProvider>,
    );
  };

  it.each([
    [{ recorder_trouble: "recorder_silent" as const }, "没有应答"],
    [{ is_recorder_asked: true }, "正在询问录像机"],
  ])("is told, and no footage is called missing: %j", async (word, words) => {
    showPage(recordingDay(word));
    expect((await screen.findByTestId("recorder-word")).textContent).toContain(words);
    expect(screen.queryByTestId("no-footage")).toBeNull();
    expect(screen.getByTestId("footage-none").textContent).toBe("这一天没有录像信息");
  });

  it("is not spoken of when it has", async () => {
    showPage(recordingDay({ spans: [span("00:00", "02:00")], held: [HELD] }));
    expect((await screen.findByTestId("legend-held")).textContent).toContain("nvr/3");
    expect(screen.queryByTestId("recorder-word")).toBeNull();
  });
});

describe("while it is fetched", () => {
  const day = recordingDay({ spans: [span("00:00", "02:00")], held: [HELD] });

  it("says that it comes from the recorder", () => {
    showPlayer({ kind: "starting", reason: "" }, "01:30", day);
    expect(screen.getByTestId("footage-why").textContent).toContain("nvr/3");
  });

  it("says so of nothing else", () => {
    showPlayer({ kind: "starting", reason: "" }, "00:30", day);
    expect(screen.getByTestId("footage-why").textContent?.trim()).toBe("正在从分析主机获取录像…");
  });

  it.each([
    ["recorder_busy", "正忙"],
    ["recorder_refused", "拒绝登录"],
    ["recorder_silent", "没有应答"],
    ["recorder_gone", "已没有"],
    ["recorder_cannot", "无法从这台录像机取回"],
    ["disk_full", "磁盘已满"],
  ])("says why nothing comes: %s", (reason, words) => {
    showPlayer({ kind: "trouble", reason }, "01:30", day);
    expect(screen.getByTestId("footage-why").textContent).toContain(words);
  });
});
