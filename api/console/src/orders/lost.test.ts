import type { TFunction } from "i18next";
import { describe, expect, it } from "vitest";

import { Problem, toProblem } from "../http/problem";
import { lostText, lostTo } from "./lost";

const t = ((key: string, values: object) =>
  `${key} ${Object.values(values).join(" ")}`) as unknown as TFunction;
const term = (family: string, id: string) => `${family}/${id}`;

const AT = "2026-11-24T05:45:00Z";
const changed = {
  code: "order_changed",
  params: { version: "4", state: "closed", action: "close", by: "wang.li", at: AT },
};

describe("whoever comes second", () => {
  it("hears what the first decided, from the answer as it came", () => {
    const lost = lostTo(toProblem(changed, new Response(null, { status: 412 })));
    expect(lost).toEqual({ action: "close", by: "wang.li", at: AT, state: "closed", into: null });
    expect(lost && lostText(t, term, lost)).toMatch(/^order.lost.changed wang.li .* order_action\/close$/);
  });

  it("hears that it was the command centre", () => {
    const lost = lostTo(new Problem("order_changed", 412, "", null, { ...changed.params, by: "" }));
    expect(lost?.by).toBeNull();
  });

  it("hears the state it is in", () => {
    const lost = lostTo(new Problem("order_state", 409, "", null, { state: "closed", step: "close" }));
    expect(lost && lostText(t, term, lost)).toBe("order.lost.state order_state/closed");
  });

  it("hears which order took it over", () => {
    const lost = lostTo(new Problem("order_state", 409, "", null, { state: "merged", into: "9" }));
    expect(lost && lostText(t, term, lost)).toBe("order.lost.merged 9");
  });

  it.each(["same_person", "unreachable", "invalid"])("is nobody's loss when it is %s", (code) => {
    expect(lostTo(new Problem(code, 409, ""))).toBeNull();
  });
});
