import "fake-indexeddb/auto";

import { expect, it } from "vitest";

import { queued, type Draft } from "./draft";
import { draftsOf, forgetDraft, keepDraft } from "./store";

const draft = (username: string, orderId: number): Draft => ({
  username,
  orderId,
  about: { school: "一小", rule: "", text: "灭火器过期", where: "", risk: "class_1", at: "", dueAt: "" },
  version: 1,
  note: "换了",
  photographs: [{ id: "a", jpeg: new Uint8Array([1, 2, 3]).buffer, isSent: false }],
  submission: null,
  refusal: null,
});

it("gives each person their own drafts, photographs and all", async () => {
  await keepDraft(draft("wang", 7));
  await keepDraft(draft("wang", 8));
  await keepDraft(draft("li", 7));
  expect((await draftsOf("wang")).map((each) => each.orderId)).toEqual([7, 8]);
  const [theirs] = await draftsOf("li");
  expect(theirs?.username).toBe("li");
  expect([...new Uint8Array(theirs?.photographs[0]?.jpeg ?? new ArrayBuffer(0))]).toEqual([1, 2, 3]);
  expect(await draftsOf("nobody")).toEqual([]);
});

it("keeps the last of one order, and forgets one alone", async () => {
  const waiting = queued(draft("zhao", 7), 3);
  for (const each of [draft("zhao", 7), draft("zhao", 8), draft("qian", 8), waiting]) {
    await keepDraft(each);
  }
  await forgetDraft("zhao", 8);
  expect(await draftsOf("zhao")).toEqual([waiting]);
  expect(await draftsOf("qian")).toHaveLength(1);
});
