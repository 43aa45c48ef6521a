import "fake-indexeddb/auto";

import { beforeEach, describe, expect, it } from "vitest";

import { Problem } from "../http/problem";
import type { Answer } from "../http/types";
import {
  answersOf,
  isComplete,
  openItems,
  queuedForm,
  rewrittenForm,
  withAnswer,
  withResult,
  type FormAnswer,
  type FormDraft,
} from "./formDraft";
import { sendForm, type FormCentre } from "./sendForm";
import { formsOf, forgetForm, keepForm } from "./store";

const NOTHING: FormAnswer = { result: null, note: "", grade: null, rectifyBy: null };
const item = (id: number) => ({
  id,
  rank: "first" as const,
  demand: { zh: "通道畅通", en: "Clear" },
  source: { text: { zh: "行业做法", en: "Practice" }, clause: "", reading: "unverified" as const },
  facts: [],
});
const DRAFT: FormDraft = {
  username: "wang",
  formId: 3,
  form: {
    school: { school_id: "a", name: "一小", name_en: "" },
    visitor: null,
    kind: "daily",
    subject: "safety",
    name: "",
    first_day: "2026-11-24",
    last_day: "2026-11-24",
    due_at: "2026-11-24T16:00:00Z",
    window_s: 86400,
    items: [item(11), item(12)],
  },
  version: 1,
  answers: {},
  photographs: [{ id: "p", itemId: 12, jpeg: new ArrayBuffer(3), isSent: false }],
  signer: "",
  submission: null,
  refusal: null,
};
const broken = { ...withResult(NOTHING, "not_met"), note: " 过期 " };
const filled = rewrittenForm(withAnswer(withAnswer(DRAFT, 11, withResult(NOTHING, "met")), 12, broken), {
  signer: "王安",
});

describe("a form's answers", () => {
  it("make a hazard of what is not met, and of nothing else by themselves", () => {
    expect(withResult(NOTHING, "not_met").grade).toBe("general");
    expect(withResult(broken, "met")).toMatchObject({ grade: null, rectifyBy: null, note: " 过期 " });
    expect(withResult(broken, "mostly_met").grade).toBeNull();
  });

  it("are open while a result or the words of a hazard are missing", () => {
    expect(openItems(DRAFT)).toEqual([11, 12]);
    const wordless = withAnswer(filled, 12, { ...broken, note: " " });
    expect(openItems(wordless)).toEqual([12]);
    expect([isComplete(wordless), isComplete(filled), isComplete({ ...filled, signer: " " })]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it("travel as the command centre takes them", () => {
    expect(answersOf(filled)).toEqual([
      { item_id: 11, result: "met", note: "", hazard: null },
      { item_id: 12, result: "not_met", note: "过期", hazard: { grade: "general", rectify_by: null } },
    ]);
  });
});

/** Does what it is asked, on the version it knows; `lost` answers do not arrive. */
class ScriptedCentre implements FormCentre {
  calls: string[] = [];
  lost = 0;
  refusal: Problem | null = null;

  private answer<T>(call: string, told: T): Promise<T> {
    this.calls.push(call);
    if (this.refusal) return Promise.reject(this.refusal);
    return this.calls.length === this.lost
      ? Promise.reject(new Problem("unreachable", 0, ""))
      : Promise.resolve(told);
  }
  addFormPhotograph = (formId: number, itemId: number) => this.answer(`photograph ${formId}/${itemId}`, {});
  answerForm = ({ id, version }: { id: number; version: number }, answers: Answer[]) =>
    this.answer(`answer ${id} at ${version}: ${answers.length}`, { id, version: version + 1 });
  signForm = ({ id, version }: { id: number; version: number }, signer: string) =>
    this.answer(`sign ${id} at ${version}: ${signer}`, {});
}

describe("handing a form in", () => {
  let centre: ScriptedCentre;
  let kept: FormDraft;
  const keep = (draft: FormDraft) => {
    kept = draft;
    return Promise.resolve();
  };
  beforeEach(() => {
    centre = new ScriptedCentre();
    kept = queuedForm(filled, 4);
  });

  it("sends photographs, answers and signature in turn", async () => {
    expect(await sendForm(kept, centre, keep)).toEqual({ kind: "submitted" });
    expect(centre.calls).toEqual(["photograph 3/12", "answer 3 at 4: 2", "sign 3 at 5: 王安"]);
  });

  it.each([1, 2, 3])("goes on where the answer to call %i was lost", async (call) => {
    centre.lost = call;
    expect(await sendForm(kept, centre, keep)).toMatchObject({ kind: "waiting", why: "network" });
    expect(await sendForm(kept, centre, keep)).toEqual({ kind: "submitted" });
    // A photograph of whose arrival it was told is not sent again.
    const photographs = centre.calls.filter((each) => each.startsWith("photograph"));
    expect(photographs).toHaveLength(call === 1 ? 2 : 1);
  });

  it("keeps what was refused, with the reason", async () => {
    centre.refusal = new Problem("inspection_changed", 412, "", null, { by: "li" });
    const outcome = await sendForm(kept, centre, keep);
    expect(outcome).toMatchObject({
      kind: "refused",
      draft: { answers: filled.answers, refusal: { code: "inspection_changed", params: { by: "li" } } },
    });
  });
});

it("keeps a person's own forms on the phone beside their drafts of orders", async () => {
  await keepForm(filled);
  await keepForm({ ...filled, username: "li" });
  expect((await formsOf("wang")).map(({ formId }) => formId)).toEqual([3]);
  await forgetForm("wang", 3);
  expect(await formsOf("wang")).toEqual([]);
  expect(await formsOf("li")).toHaveLength(1);
});
