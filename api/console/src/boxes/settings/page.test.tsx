import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { App } from "antd";
import { I18nextProvider } from "react-i18next";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import { Problem } from "../../http/problem";
import type { BoxSettings, EditedDraft, VersionDetail } from "../../http/types";
import { i18n, startI18n } from "../../i18n";
import { PreferencesProvider } from "../../ui/preferences";
import { Component as SettingsPage } from "../SettingsPage";

beforeAll(() => startI18n("zh"));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const AT = "2026-11-24T02:00:00Z";
const SETTINGS: BoxSettings = {
  box_id: 7,
  box_name: "box",
  school: { school_id: "no-1", name: "第一小学", name_en: "" },
  school_time_zone: "Asia/Urumqi",
  school_holidays: ["2026-10-01"],
  school_workdays: [],
  version: 3,
  state: "applied",
  origin: "centre",
  time_zone: "Asia/Shanghai",
  holidays: [],
  workday_overrides: [],
  has_recorder: false,
  cameras: [
    { index: 0, camera_id: "gate", name: "北门", location: "", is_recorded: true, keep_days: 30, delete_after_days: 60, budget_per_hour: null },
    { index: 1, camera_id: "yard", name: "操场", location: "", is_recorded: false, keep_days: null, delete_after_days: null, budget_per_hour: 5 },
  ],
  problems: [],
};
const EDITED: EditedDraft = {
  text: "cameras: []\n",
  lost_remarks: [],
  problems: [],
  diff: { against: 3, changes: [{ path: "cameras[gate].name", kind: "changed", old: "北门", new: "南门" }], total: 1 },
};

function show(settings: BoxSettings | null = SETTINGS): void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  client.setQueryData(keys.me, { permissions: ["manage_boxes", "manage_notices"] });
  if (settings) client.setQueryData(keys.boxSettings(7), settings);
  const routes = [{ path: "/boxes/:id/settings", element: <SettingsPage /> }];
  const router = createMemoryRouter(routes, { initialEntries: ["/boxes/7/settings"] });
  render(
    <QueryClientProvider client={client}>
      <I18nextProvider i18n={i18n}>
        <PreferencesProvider>
          <App>
            <RouterProvider router={router} />
          </App>
        </PreferencesProvider>
      </I18nextProvider>
    </QueryClientProvider>,
  );
}

function setting(path: string): HTMLElement {
  const found = screen.getAllByTestId("setting").find((each) => each.dataset["path"] === path);
  if (!found) throw new Error(`no field for ${path}`);
  return found;
}

const input = (path: string) => setting(path).querySelector("input") as HTMLInputElement;
const saveButton = () => screen.getByTestId<HTMLButtonElement>("settings-save");

describe("the settings of a box", () => {
  it("show what its configuration says, and warn of another time zone in the register", () => {
    show();
    expect(input("cameras[0].name").value).toBe("北门");
    expect(input("cameras[0].recording.keep_days").value).toBe("30");
    expect(input("cameras[1].recording.keep_days").disabled).toBe(true);
    expect(screen.getByTestId("settings-page").textContent).toContain("Asia/Urumqi");
    expect(saveButton().disabled).toBe(true);
  });

  it("tell what is wrong at its field, and are not saved while it is", () => {
    show();
    fireEvent.change(input("cameras[0].name"), { target: { value: "" } });
    expect(within(setting("cameras[0].name")).getByRole("alert").textContent).toContain("请填写名称");
    expect(saveButton().disabled).toBe(true);
    fireEvent.click(screen.getByTestId("settings-undo"));
    expect(within(setting("cameras[0].name")).queryByRole("alert")).toBeNull();
  });

  it("are saved as a version of what differs, after a look at it", async () => {
    const edit = vi.spyOn(api, "editBoxSettings").mockResolvedValue(EDITED);
    const save = vi.spyOn(api, "saveConfiguration").mockResolvedValue({} as VersionDetail);
    vi.spyOn(api, "boxSettings").mockResolvedValue({ ...SETTINGS, version: 4 });
    show();
    fireEvent.change(input("cameras[0].name"), { target: { value: "南门" } });
    fireEvent.click(saveButton());
    await screen.findByTestId("configuration-diff");
    expect(edit).toHaveBeenCalledWith(7, { against: 3, cameras: [{ camera_id: "gate", name: "南门" }] });
    fireEvent.change(screen.getByTestId("settings-reason"), { target: { value: "改名" } });
    fireEvent.click(screen.getByTestId("settings-save-ok"));
    await waitFor(() => expect(save).toHaveBeenCalledWith(7, 3, { text: EDITED.text, reason: "改名" }));
  });

  it("are put on what somebody else saved meanwhile", async () => {
    const params = { version: "4", by: "wang.li", at: AT };
    const lost = new Problem("configuration_changed", 412, "", null, params);
    const edit = vi.spyOn(api, "editBoxSettings").mockResolvedValue(EDITED);
    vi.spyOn(api, "saveConfiguration").mockRejectedValue(lost);
    vi.spyOn(api, "configurationVersion").mockResolvedValue({ diff: EDITED.diff } as VersionDetail);
    const theirs = { ...SETTINGS, version: 4, holidays: ["2026-12-25"] };
    vi.spyOn(api, "boxSettings").mockResolvedValue(theirs);
    show();
    fireEvent.change(input("cameras[0].name"), { target: { value: "南门" } });
    fireEvent.click(saveButton());
    await screen.findByTestId("configuration-diff");
    fireEvent.change(screen.getByTestId("settings-reason"), { target: { value: "改名" } });
    fireEvent.click(screen.getByTestId("settings-save-ok"));
    fireEvent.click(await screen.findByTestId("conflict-keep"));
    await waitFor(() =>
      expect(edit).toHaveBeenLastCalledWith(7, { against: 4, cameras: [{ camera_id: "gate", name: "南门" }] }),
    );
  });

  it("of a box that its own file rules are read until somebody takes it over", () => {
    show({ ...SETTINGS, origin: "box" });
    expect(input("cameras[0].name").disabled).toBe(true);
    fireEvent.click(screen.getByTestId("settings-take"));
    expect(input("cameras[0].name").disabled).toBe(false);
  });

  it("say at the field what the box refused", () => {
    const told = { path: "cameras[0].recording.keep_days", line: 9, what: "too long", remedy: "Make it shorter" };
    show({ ...SETTINGS, state: "refused", problems: [told] });
    expect(setting(told.path).textContent).toContain("too long. Make it shorter");
  });
});
