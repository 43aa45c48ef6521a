import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { App } from "antd";
import { I18nextProvider } from "react-i18next";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import { Problem } from "../../http/problem";
import type { BoxPlan, BoxResult, CameraPlan, RuleSetPlan } from "../../http/types";
import { i18n, startI18n } from "../../i18n";
import { camera } from "../../testing/samples";
import { PreferencesProvider } from "../../ui/preferences";
import { Component as RuleSetPage } from "../RuleSetPage";

beforeAll(() => startI18n("zh"));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

/** A machine that does much else takes longer than a second to draw the whole page. */
const BUSY = { timeout: 10_000 };

const AT = "2026-11-30T06:00:00Z";
const SCHOOL = { school_id: "no-1", name: "第一小学", name_en: "" };

function planned(key: number, name: string, more: Partial<CameraPlan> = {}): CameraPlan {
  return { camera_key: key, camera_id: name, name, location: "", outcome: "changes", why: null, ...more };
}

function box(id: number, digest: string | null, ...cameras: CameraPlan[]): BoxPlan {
  return {
    box_id: id,
    box_name: `box-${id}`,
    school: SCHOOL,
    version: 4,
    origin: "centre",
    digest,
    diff: digest === null ? null : { against: 4, changes: [], total: 0 },
    lost_remarks: [],
    problems: [],
    cameras,
  };
}

const PLAN: RuleSetPlan = {
  boxes: [
    box(7, "abc", planned(1, "北门", { added: ["loitering"] }), planned(2, "南门", { outcome: "unchanged" })),
    box(8, null, planned(3, "食堂", { outcome: "refused", why: "local" })),
  ],
  without_box: [],
  as_of: AT,
};

function result(id: number, more: Partial<BoxResult>): BoxResult {
  return { box_id: id, box_name: `box-${id}`, school: SCHOOL, outcome: "saved", version: 5, ...more };
}

function show(): void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  client.setQueryData(keys.me, { permissions: ["view_cameras", "manage_boxes"] });
  const items = [1, 2, 3].map((id) =>
    camera(`camera-${id}`, { id, name: ["北门", "南门", "食堂"][id - 1] ?? "", school: SCHOOL, box_id: id < 3 ? 7 : 8 }),
  );
  client.setQueryData(keys.cameras, { items, as_of: AT });
  const router = createMemoryRouter([{ path: "/boxes/rules", element: <RuleSetPage /> }], {
    initialEntries: ["/boxes/rules"],
  });
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

/** One rule and all cameras, up to the preview. */
async function asked(): Promise<void> {
  fireEvent.mouseDown(screen.getByRole("combobox", { name: "添加规则…" }));
  fireEvent.change(screen.getByRole("combobox", { name: "添加规则…" }), { target: { value: "校门" } });
  fireEvent.click(screen.getByTitle("校门"));
  fireEvent.click(screen.getByTestId("add-rule-ok"));
  fireEvent.click(screen.getByTestId("rule-set-all"));
  fireEvent.click(screen.getByTestId("rule-set-preview"));
  await screen.findByTestId("rule-set-plan", {}, BUSY);
}

describe("rules for many cameras", () => {
  it("asks for nothing before there are rules and cameras", () => {
    show();
    expect(screen.getByTestId("rule-set-preview")).toHaveProperty("disabled", true);
  });

  it("shows what changes and what is refused, and saves the boxes that were seen", async () => {
    const preview = vi.spyOn(api, "previewRuleSet").mockResolvedValue(PLAN);
    const apply = vi.spyOn(api, "applyRuleSet").mockResolvedValue({ boxes: [result(7, { cameras: 1 })] });
    show();
    await asked();
    expect(preview.mock.calls[0]?.[0]).toMatchObject({ camera_keys: [1, 2, 3], mode: "add" });
    const outcomes = screen.getAllByTestId("rule-set-camera").map((each) => each.dataset["outcome"]);
    expect(outcomes).toEqual(["changes", "unchanged", "refused"]);
    expect(screen.getByText("所属主机按自己的配置文件运行")).toBeTruthy();
    expect(screen.getByTestId("rule-set-apply")).toHaveProperty("disabled", true);
    fireEvent.change(screen.getByTestId("rule-set-reason"), { target: { value: " 统一口径 " } });
    fireEvent.click(screen.getByTestId("rule-set-apply"));
    await screen.findByTestId("rule-set-result", {}, BUSY);
    expect(apply.mock.calls[0]?.[0]).toMatchObject({
      seen: [{ box_id: 7, version: 4, digest: "abc" }],
      reason: "统一口径",
    });
  });

  it("asks again for a box that is to be managed from here", async () => {
    const preview = vi.spyOn(api, "previewRuleSet").mockResolvedValue(PLAN);
    show();
    await asked();
    fireEvent.click(screen.getByTestId("rule-set-take"));
    await waitFor(() => expect(preview.mock.calls.at(-1)?.[0]).toMatchObject({ take: [8] }), BUSY);
  });

  it("tells of the box that was left as it is", async () => {
    vi.spyOn(api, "previewRuleSet").mockResolvedValue(PLAN);
    const changed = result(7, { outcome: "changed", version: 6, by: "wang.li", at: AT });
    vi.spyOn(api, "applyRuleSet").mockResolvedValue({ boxes: [changed] });
    show();
    await asked();
    fireEvent.change(screen.getByTestId("rule-set-reason"), { target: { value: "x" } });
    fireEvent.click(screen.getByTestId("rule-set-apply"));
    const told = await screen.findByTestId("rule-set-box-result", {}, BUSY);
    expect(told.dataset["outcome"]).toBe("changed");
    expect(told.textContent).toContain("wang.li 已先保存版本 6");
    expect(screen.getByTestId("rule-set-again")).toBeTruthy();
  });

  it("looks again after a failure, since some of it may be saved", async () => {
    const preview = vi.spyOn(api, "previewRuleSet").mockResolvedValue(PLAN);
    vi.spyOn(api, "applyRuleSet").mockRejectedValue(new Problem("unavailable", 503, ""));
    show();
    await asked();
    fireEvent.change(screen.getByTestId("rule-set-reason"), { target: { value: "x" } });
    fireEvent.click(screen.getByTestId("rule-set-apply"));
    await waitFor(() => expect(preview.mock.calls.length).toBe(2), BUSY);
    expect(await screen.findByText(/此前已保存的/, {}, BUSY)).toBeTruthy();
  });
});
