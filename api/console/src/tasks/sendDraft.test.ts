import { beforeEach, describe, expect, it, vi } from "vitest";

import { Problem } from "../http/problem";
import { newKey } from "../http/newKey";
import { queued, stateOf, type Draft } from "./draft";
import { sendDraft, type Centre } from "./sendDraft";

const PHOTOGRAPH = () => ({ id: newKey(), jpeg: new ArrayBuffer(3), isSent: false });
const WRITTEN: Draft = {
  username: "wang",
  orderId: 7,
  about: { school: "一小", rule: "smoking", text: "", where: "", risk: "class_2", at: "", dueAt: "" },
  version: 1,
  note: " 已整改 ",
  photographs: [PHOTOGRAPH(), PHOTOGRAPH()],
  submission: null,
  refusal: null,
};

/** A command centre that does what a named request asks once; `lost` answers do not arrive. */
class ScriptedCentre implements Centre {
  done = new Map<string, string>();
  lost = new Set<number>();
  refusal: Problem | null = null;
  calls = 0;

  private answer(key: string, what: string): Promise<unknown> {
    this.calls += 1;
    if (this.refusal) return Promise.reject(this.refusal);
    this.done.set(key, what);
    const isLost = this.lost.has(this.calls);
    return isLost ? Promise.reject(new Problem("unreachable", 0, "")) : Promise.resolve({});
  }
  addPhotograph = (orderId: number, _jpeg: ArrayBuffer, key: string) =>
    this.answer(key, `photograph of ${orderId}`);
  submitOrder = ({ order_id, version }: { order_id: number; version: number }, note: string, key: string) =>
    this.answer(key, `submit ${order_id} at ${version}: ${note}`);
}

let centre: ScriptedCentre;
let kept: Draft;
const keep = (draft: Draft) => {
  kept = draft;
  return Promise.resolve();
};
beforeEach(() => {
  centre = new ScriptedCentre();
});

describe("a draft", () => {
  it.each([1, 2, 3])("is handed in once when the answer to call %i is lost", async (call) => {
    centre.lost.add(call);
    kept = queued(WRITTEN, 4);
    const first = await sendDraft(kept, centre, keep);
    expect(first).toMatchObject({ kind: "waiting", why: "network" });
    expect(await sendDraft(kept, centre, keep)).toEqual({ kind: "submitted" });
    expect([...centre.done.values()]).toEqual([
      "photograph of 7",
      "photograph of 7",
      "submit 7 at 4: 已整改",
    ]);
  });

  it("sends no photograph again whose arrival it was told", async () => {
    centre.lost.add(2);
    kept = queued(WRITTEN, 1);
    await sendDraft(kept, centre, keep);
    expect(kept.photographs.map((each) => each.isSent)).toEqual([true, false]);
    await sendDraft(kept, centre, keep);
    expect(centre.calls).toBe(4);
  });

  it.each([
    [new Problem("timed_out", 0, ""), "network"],
    [new Problem("not_signed_in", 401, ""), "signIn"],
    [new Problem("csrf", 403, ""), "signIn"],
    [new Problem("unavailable", 503, ""), "busy"],
    [new Problem("too_many_attempts", 429, ""), "busy"],
  ])("waits on %o", async (problem, why) => {
    centre.refusal = problem;
    expect(await sendDraft(queued(WRITTEN, 1), centre, keep)).toMatchObject({ kind: "waiting", why });
  });

  it.each([
    new Problem("order_changed", 412, "", null, { by: "li", action: "close" }),
    new Problem("order_state", 409, "", null, { state: "closed" }),
    new Problem("not_found", 404, ""),
    new Problem("forbidden", 403, ""),
    new Problem("bad_photograph", 422, "", null, { why: "broken" }),
  ])("is kept with the reason on %o", async (problem) => {
    centre.refusal = problem;
    const outcome = await sendDraft(queued(WRITTEN, 1), centre, keep);
    expect(outcome).toMatchObject({ kind: "refused" });
    const refused = (outcome as { draft: Draft }).draft;
    expect(refused.refusal).toEqual({ code: problem.code, params: problem.params });
    expect(refused.photographs).toHaveLength(2);
    expect(stateOf(refused, false)).toBe("refused");
    // Asked for anew it has another name, on the order as it is then.
    const again = queued(refused, 9);
    expect(again).toMatchObject({ version: 9, refusal: null });
    expect(again.submission).not.toBe(refused.submission);
  });

  it("has names that are UUIDs, none twice", () => {
    const names = Array.from({ length: 1000 }, newKey);
    expect(new Set(names).size).toBe(1000);
    for (const name of names) {
      expect(name).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it("is not sent before somebody asks", async () => {
    const spy = vi.spyOn(centre, "submitOrder");
    await expect(sendDraft(WRITTEN, centre, keep)).rejects.toThrow();
    expect(spy).not.toHaveBeenCalled();
  });
});
