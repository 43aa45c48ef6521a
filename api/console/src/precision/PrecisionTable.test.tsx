import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { I18nextProvider } from "react-i18next";
import { MemoryRouter } from "react-router";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { keys } from "../http/keys";
import type { Permission } from "../http/types";
import { i18n, startI18n } from "../i18n";
import { readBehind, type View } from "./precision";
import { PrecisionTable } from "./PrecisionTable";
import { REPORT } from "../testing/precision";

beforeAll(() => startI18n("zh"));
afterEach(cleanup);

function show(view: View, permissions: Permission[]): void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  client.setQueryData(keys.me, { permissions });
  client.setQueryData(keys.cameras, { items: [] });
  render(
    <QueryClientProvider client={client}>
      <I18nextProvider i18n={i18n}>
        <MemoryRouter initialEntries={["/precision?days=30"]}>
          <PrecisionTable report={REPORT} view={view} />
        </MemoryRouter>
      </I18nextProvider>
    </QueryClientProvider>,
  );
}

function expand(): void {
  fireEvent.click(screen.getByRole("button", { name: /展开|Expand/ }));
}

describe("the table of precision", () => {
  it("opens the alerts behind each number, and keeps the page's filters", () => {
    show("rule_model", ["see_precision", "view_alerts"]);
    const [door] = screen.getAllByRole("link", { name: "误报 12 条，查看告警" });
    const address = new URLSearchParams(door?.getAttribute("href")?.split("?")[1]);
    expect(address.get("days")).toBe("30");
    expect(readBehind(address.get("behind"), [])).toMatchObject({
      rule: ["fire_smoke"],
      model_id: "fire_smoke",
      status: ["false_positive"],
    });
  });

  it("says what a threshold would have changed, on what that rests and where it is set", () => {
    show("rule_model", ["see_precision", "view_alerts"]);
    expect(screen.getByTestId("precision-proposal").textContent).toContain("可减少 11 条误报，漏掉 0 条属实");
    expand();
    expect(screen.getByText(/属实 20 条，误报 12 条/).textContent).toContain("一条属实告警也不能漏掉");
    expect(screen.getByText("按 95% 区间，漏报比例不超过 16.1%")).toBeTruthy();
    expect(screen.getByText(/min_score: 0.44/)).toBeTruthy();
    const [removed] = screen.getAllByRole("link", { name: "可减少的误报 11 条，查看告警" });
    const behind = readBehind(new URLSearchParams(removed?.getAttribute("href")?.split("?")[1]).get("behind"), []);
    expect(behind).toMatchObject({ status: ["false_positive"], score_below: 0.44 });
  });

  it("calls a small count small and proposes nothing", () => {
    show("row", ["see_precision", "view_alerts"]);
    const row = screen.getByTestId("precision-row");
    expect(within(row).getByText("仅研判 4 条，样本偏少")).toBeTruthy();
    expect(within(row).getByText("研判数量不足")).toBeTruthy();
    expand();
    expect(screen.getByText(/不足 30 条，不提建议/)).toBeTruthy();
    expect(screen.queryByText(/min_score:/)).toBeNull();
  });

  it("is read without doors by who may see no alerts", () => {
    show("rule_model", ["see_precision"]);
    expect(screen.getByText("12")).toBeTruthy();
    expect(screen.queryAllByTestId("precision-door")).toEqual([]);
  });
});
