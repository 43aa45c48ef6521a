import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, within } from "@testing-library/react";
import { I18nextProvider } from "react-i18next";
import { MemoryRouter } from "react-router";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { AddCameraGuide } from "../camera/AddCameraGuide";
import { keys } from "../http/keys";
import type { FirstHourStep, FirstHourView, StepView } from "../http/types";
import { i18n, startI18n } from "../i18n";
import { PreferencesProvider } from "../ui/preferences";
import { addressOf, doneOf } from "./address";
import { VENDORS } from "./vendors";

beforeAll(() => startI18n("zh"));
afterEach(cleanup);

const ALL: readonly FirstHourStep[] = ["box", "school", "cameras", "pictures", "zone", "alert", "review"];

/** As facts are when so many are done. */
function view(done: number, changes: Partial<StepView> = {}): FirstHourView {
  return {
    is_done: done === ALL.length,
    box_id: 7,
    box_name: "box-2",
    school: { school_id: "no-1", name: "第一小学", name_en: "" },
    steps: ALL.map((step, at) => ({
      step,
      state: at < done ? "done" : at === done ? "next" : "later",
      count: step === "cameras" ? 16 : null,
      of: null,
      trouble: null,
      camera_key: null,
      alert_id: null,
      ...(at === done ? changes : {}),
    })),
    as_of: "2026-11-24T02:00:00Z",
  };
}

function show(told: FirstHourView, permissions: readonly string[] = ["manage_boxes"]): void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  client.setQueryData(keys.me, { permissions });
  client.setQueryData(keys.firstHourOf(null), told);
  render(
    <QueryClientProvider client={client}>
      <I18nextProvider i18n={i18n}>
        <PreferencesProvider>
          <MemoryRouter>
            <AddCameraGuide />
          </MemoryRouter>
        </PreferencesProvider>
      </I18nextProvider>
    </QueryClientProvider>,
  );
}

describe("the first hour", () => {
  it("says what is done, what is next and where, and nothing of what comes later", () => {
    show(view(3, { trouble: "sign_in_refused", count: 1, of: 16 }));
    const steps = screen.getAllByTestId("first-hour-step");
    expect(steps.map((step) => step.dataset["state"])).toEqual(["done", "done", "done", "next", "later", "later", "later"]);
    expect(steps[2]?.textContent).toContain("16 台");
    expect(steps[3]?.textContent).toContain("1 / 16 台");
    expect(steps[3]?.textContent).toContain("拒绝了用户名或密码");
    expect(steps[3]?.getAttribute("aria-current")).toBe("step");
    expect(screen.getAllByTestId("first-hour-go")).toHaveLength(4);
  });

  it("has help of each maker, by its name", () => {
    show(view(0, { trouble: "no_box" }));
    const help = within(screen.getByTestId("vendor-help"));
    const names = help.getAllByRole("button", { expanded: false }).map((each) => each.textContent);
    names.unshift(help.getByRole("button", { expanded: true }).textContent);
    expect(names).toEqual(["海康威视", "大华", "宇视", "TP-LINK", "Reolink"]);
    expect(names).toHaveLength(VENDORS.length);
    expect(screen.getByTestId("vendor").textContent).toContain("启用 ONVIF");
  });

  it("is nobody's who may not manage boxes", () => {
    show(view(0), ["view_alerts"]);
    expect(screen.getByTestId("add-camera-guide").textContent).toContain("请联系");
    expect(screen.queryByTestId("first-hour-step")).toBeNull();
  });

  it.each([
    [0, {}, "/boxes"],
    [1, {}, "/organisation?school=no-1"],
    [2, {}, "/boxes/7/cameras"],
    [3, {}, "/boxes/7/configuration"],
    [3, { trouble: "no_picture" } as const, "/cameras?state=blind"],
    [4, { camera_key: 9 }, "/cameras/9/zones"],
    [5, {}, "/live"],
    [6, { alert_id: "a1" }, "/alerts/a1"],
  ])("leads from step %i to where it is done", (at, changes, address) => {
    const told = view(at, changes);
    const step = told.steps[at];
    expect(step && addressOf(step, told)).toBe(address);
    expect(doneOf(told.steps)).toBe(at);
  });
});
