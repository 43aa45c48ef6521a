import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, within } from "@testing-library/react";
import { I18nextProvider } from "react-i18next";
import { MemoryRouter } from "react-router";
import { afterEach, beforeAll, expect, it, vi } from "vitest";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { OfflineAlert, OfflineCamera, OfflineView } from "../http/offline";
import type { Me } from "../http/types";
import { i18n, startI18n } from "../i18n";
import { isAtBox } from "../place/place";
import { PreferencesProvider } from "../ui/preferences";
import { Component as OfflinePage } from "./OfflinePage";

beforeAll(() => startI18n("zh"));
afterEach(() => {
  cleanup();
  document.querySelector('meta[name="mingan-place"]')?.remove();
});

const AT = "2026-11-24T06:00:00Z";
const ALERT: OfflineAlert = {
  id: "6f1c1d5e-0000-4000-8000-000000000001",
  rule: "no_chef_hat",
  zone: "cutting",
  risk: "class_2",
  state: "open",
  camera_key: 7,
  camera_name: "切配间",
  location: "一小食堂",
  started_at: AT,
  raised_at: AT,
  ended_at: AT,
  is_sent: false,
  snapshot_url: "/api/v1/offline/pictures/aa",
};
const CAMERA: OfflineCamera = {
  camera_key: 7,
  camera_id: "kitchen",
  name: "切配间",
  location: "一小食堂",
  state: "watching",
  reason: "",
  since: AT,
  has_footage: true,
};
const ME: Me = {
  username: "wang.li",
  role: "school_manager",
  school: { school_id: "no-1", name: "第一小学", name_en: "" },
  permissions: ["view_alerts", "see_pictures", "view_cameras", "play_recordings"],
  csrf_token: "",
  session_expires_at: AT,
  password_must_change: false,
  has_password: true,
};

function show(changes: Partial<OfflineView> = {}, me: Me = ME) {
  const view: OfflineView = {
    as_of: AT,
    school: { school_id: "no-1", name: "第一小学", name_en: "" },
    time_zone: "Asia/Shanghai",
    is_cut: true,
    heard_at: AT,
    ends_at: "2026-12-01T06:00:00Z",
    waiting: 3,
    alerts: [ALERT],
    cameras: [CAMERA],
    ...changes,
  };
  vi.spyOn(api, "offline").mockResolvedValue(view);
  vi.spyOn(api, "me").mockResolvedValue(me);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(keys.me, me);
  client.setQueryData(keys.offline, view);
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter>
        <PreferencesProvider>
          <I18nextProvider i18n={i18n}>
            <OfflinePage />
          </I18nextProvider>
        </PreferencesProvider>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

it("shows what waits, blurred and with a door to its footage, and that nothing is judged here", () => {
  show();
  const card = within(screen.getByTestId("offline-alert"));
  expect(card.getByText("未戴厨师帽")).toBeTruthy();
  expect(card.getByText("已脱敏")).toBeTruthy();
  expect(card.getByText(/待上报/)).toBeTruthy();
  expect(card.getByTestId("offline-alert-footage").getAttribute("href")).toBe(
    `/recordings/7?at=${encodeURIComponent(AT)}`,
  );
  expect(screen.getByText(/不能研判/)).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});

it("says of an alert that was reported where its picture is", () => {
  show({ alerts: [{ ...ALERT, is_sent: true, snapshot_url: null }] });
  expect(screen.getByText("截图已上报指挥中心")).toBeTruthy();
});

it("does not call it quiet while cameras are blind", () => {
  show({ alerts: [], cameras: [{ ...CAMERA, state: "unknown", since: null, has_footage: false }] });
  expect(screen.getByTestId("offline-blind")).toBeTruthy();
  expect(screen.getByText(/没有告警不代表没有情况/)).toBeTruthy();
  expect(screen.queryByTestId("offline-camera-footage")).toBeNull();
});

it("shows neither alerts nor cameras to whoever may see neither", () => {
  show({ alerts: [], cameras: [] }, { ...ME, permissions: ["play_recordings"] });
  expect(screen.queryByTestId("offline-no-alerts")).toBeNull();
  expect(screen.queryByTestId("offline-camera")).toBeNull();
});

it("knows a box by its own word in the page", () => {
  expect(isAtBox()).toBe(false);
  const mark = document.createElement("meta");
  mark.name = "mingan-place";
  mark.content = "box";
  document.head.append(mark);
  expect(isAtBox()).toBe(true);
});
