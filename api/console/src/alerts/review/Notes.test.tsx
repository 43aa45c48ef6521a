import { cleanup, render, screen } from "@testing-library/react";
import { I18nextProvider } from "react-i18next";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import type { AlertDetail, HistoryEntry } from "../../http/types";
import { i18n, startI18n } from "../../i18n";
import { alertAt } from "../../testing/samples";
import { Notes } from "./Notes";

beforeAll(() => startI18n("zh"));
afterEach(cleanup);

function entry(action: HistoryEntry["action"], note: string): HistoryEntry {
  return { action, note, at: "2026-11-24T05:00:00Z", by: "wang.li", reason: null };
}

function show(history: HistoryEntry[]): void {
  const detail = { ...alertAt("one", "2026-11-24T05:00:00Z"), history } as AlertDetail;
  render(
    <I18nextProvider i18n={i18n}>
      <Notes detail={detail} />
    </I18nextProvider>,
  );
}

describe("notes on an alert", () => {
  it("are shown with their author, the newest first, and nothing else of the history", () => {
    show([entry("noted", "送货的"), entry("confirmed", "研判理由"), entry("noted", "已登记")]);
    const shown = screen.getAllByRole("listitem").map((each) => each.textContent ?? "");
    expect(shown).toHaveLength(2);
    expect(shown[0]).toContain("已登记");
    expect(shown[1]).toContain("送货的");
    expect(shown[0]).toContain("wang.li");
  });

  it("take no room where nobody wrote any", () => {
    show([entry("confirmed", "")]);
    expect(screen.queryByTestId("notes")).toBeNull();
  });
});
