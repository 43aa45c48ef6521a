import { cleanup, render, screen } from "@testing-library/react";
import { I18nextProvider } from "react-i18next";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import type { AlertDetail, AlertSummary } from "../http/types";
import { i18n, startI18n } from "../i18n";
import { alertAt } from "../testing/samples";
import { Facts } from "./Facts";

beforeAll(() => startI18n("zh"));
afterEach(cleanup);

function show(alert: AlertSummary, facts: AlertDetail["episode"]["facts"]): void {
  const detail = { ...alert, episode: { model_id: "m", track_count: 2, facts } } as AlertDetail;
  render(
    <I18nextProvider i18n={i18n}>
      <Facts alert={alert} detail={detail} />
    </I18nextProvider>,
  );
}

describe("facts of an alert", () => {
  it("say how sure the model was and what it saw", () => {
    show(alertAt("one", "2026-11-24T05:00:00Z"), {});
    expect(screen.getByText("0.90")).toBeTruthy();
    expect(screen.getByText("人员 2 个")).toBeTruthy();
  });

  it("of a digest say how many alerts it stands for, and no score of its own", () => {
    show(alertAt("two", "2026-11-24T05:00:00Z", { rule: "alert_digest", classes: [], score: 1 }), { withheld: 23 });
    expect(screen.getByText("23")).toBeTruthy();
    expect(screen.queryByText("1.00")).toBeNull();
    expect(screen.queryByText("目标")).toBeNull();
  });

  it("of a digest say of which rules they were, the most first", () => {
    show(alertAt("two", "2026-11-24T05:00:00Z", { rule: "alert_digest", classes: [] }), {
      withheld: 23,
      withheld_loitering: 5,
      withheld_perimeter_intrusion: 18,
    });
    expect(screen.getByText("周界入侵 18 条、徘徊 5 条")).toBeTruthy();
  });
});
