import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { I18nextProvider } from "react-i18next";
import { MemoryRouter } from "react-router";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { Problem } from "../http/problem";
import type { PreviewAnswer } from "../http/types";
import { i18n, startI18n } from "../i18n";
import type { Rule } from "./editing";
import { Preview } from "./Preview";

beforeAll(() => startI18n("zh"));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const RULES: Rule[] = [{ type: "loitering" }, { type: "no_chef_hat" }];
const ANSWER: PreviewAnswer = {
  state: "judged",
  as_of: "2026-11-24T04:00:00Z",
  from_at: "2026-11-24T01:00:00Z",
  to_at: "2026-11-24T04:00:00Z",
  held_s: 5400,
  size_bytes: 7_940_000,
  rules: [
    {
      rule: "loitering",
      rule_id: "loitering",
      zone: "院子",
      alert_count: 2,
      hours: [
        { from_at: "2026-11-24T01:00:00Z", state: "not_analysed", analysed_s: 0, watched_s: 3600, alerts: null },
        { from_at: "2026-11-24T02:00:00Z", state: "partly", analysed_s: 1800, watched_s: 3600, alerts: 2 },
        { from_at: "2026-11-24T03:00:00Z", state: "analysed", analysed_s: 3600, watched_s: 3600, alerts: 0 },
      ],
      alerts: [
        { started_at: "2026-11-24T02:10:00Z", raised_at: "2026-11-24T02:10:30Z", ended_at: "2026-11-24T02:11:00Z" },
        { started_at: "2026-11-24T02:20:00Z", raised_at: "2026-11-24T02:20:30Z", ended_at: "2026-11-24T02:21:00Z" },
      ],
    },
    { rule: "no_chef_hat", rule_id: "no_chef_hat", alert_count: null, hours: [], not_seen: ["hat"] },
  ],
};

function panel(rules: Rule[], isWrong: boolean, client: QueryClient) {
  return (
    <MemoryRouter>
      <QueryClientProvider client={client}>
        <I18nextProvider i18n={i18n}>
          <Preview cameraKey={4} rules={rules} isWrong={isWrong} />
        </I18nextProvider>
      </QueryClientProvider>
    </MemoryRouter>
  );
}

function show(permissions = ["manage_boxes", "play_recordings"], isWrong = false): (rules: Rule[]) => void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  client.setQueryData(keys.me, { permissions });
  const { rerender } = render(panel(RULES, isWrong, client));
  return (rules) => rerender(panel(rules, isWrong, client));
}

const ask = () => fireEvent.click(screen.getByTestId("preview-ask"));

describe("what would have happened", () => {
  it("is told by the hour, each alert a door to its footage, and what was not looked at has no number", async () => {
    const asked = vi.spyOn(api, "previewRules").mockResolvedValue(ANSWER);
    show();
    ask();
    const [first, second] = await screen.findAllByTestId("previewed-rule");
    expect(asked).toHaveBeenCalledWith(4, { rules: RULES, hours: 24 });
    expect(screen.getByTestId("preview-held").textContent).toContain("1 小时 30 分");
    expect(screen.getByTestId("preview-held").textContent).toContain("7.9 MB");
    const hours = screen.getAllByTestId("preview-hour");
    expect(hours.map((hour) => hour.dataset["state"])).toEqual(["not_analysed", "partly", "analysed"]);
    expect(hours.map((hour) => hour.firstElementChild?.textContent)).toEqual(["", "2", "0"]);
    expect(hours[0]!.textContent).toContain("未分析");
    expect(hours[1]!.title).toContain("30 分");
    const doors = [...first!.querySelectorAll("a")].map((door) => door.getAttribute("href"));
    expect(doors).toEqual([
      `/recordings/4?at=${encodeURIComponent("2026-11-24T02:20:00Z")}`,
      `/recordings/4?at=${encodeURIComponent("2026-11-24T02:10:00Z")}`,
    ]);
    expect(second!.textContent).toContain("未分析");
    expect(second!.textContent).toContain("hat");
    expect(second!.textContent).not.toContain("0 条");
  });

  it("says that it is of before, once the rules were changed", async () => {
    vi.spyOn(api, "previewRules").mockResolvedValue(ANSWER);
    const change = show(["manage_boxes"]);
    ask();
    const [first] = await screen.findAllByTestId("previewed-rule");
    expect(first!.querySelectorAll("a")).toHaveLength(0);
    expect(screen.queryByTestId("preview-old")).toBeNull();
    change([{ type: "loitering", min_s: 60 }]);
    expect(screen.getByTestId("preview-old")).toBeTruthy();
  });

  it("says in words why there is none", async () => {
    vi.spyOn(api, "previewRules")
      .mockRejectedValueOnce(new Problem("box_away", 409, ""))
      .mockResolvedValueOnce({ ...ANSWER, state: "busy", rules: [] });
    show();
    ask();
    expect(await screen.findByText("主机没有应答，或其软件版本过旧")).toBeTruthy();
    ask();
    expect((await screen.findByTestId("preview-not")).textContent).toContain("正在为其他人试算");
  });

  it("is not asked while an outline is wrong", () => {
    show(["manage_boxes"], true);
    expect(screen.getByTestId<HTMLButtonElement>("preview-ask").disabled).toBe(true);
  });
});
