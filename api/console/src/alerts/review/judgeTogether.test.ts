import { readFileSync } from "node:fs";

import { afterEach, describe, expect, it, vi } from "vitest";

import { api } from "../../http/api";
import { BATCH, judgeTogether, NOTHING, settled, type Together } from "./judgeTogether";

const ids = Array.from({ length: 5000 }, (_, at) => `alert-${at}`);
const confirmed = { status: "confirmed" } as const;

afterEach(() => {
  vi.restoreAllMocks();
});

/** The command centre: judges what waits, and answers what was decided before. */
function centre(failsAt?: number) {
  const judged: string[] = [];
  const sizes: number[] = [];
  vi.spyOn(api, "judgeTogether").mockImplementation((some: string[]) => {
    sizes.push(some.length);
    if (sizes.length === failsAt) return Promise.reject(new Error("unreachable"));
    const isOthers = (id: string) => id.endsWith("99");
    const mine = some.filter((id) => !isOthers(id));
    judged.push(...mine);
    const others = some.filter(isOthers);
    return Promise.resolve({
      judged: mine,
      decided_before: others.map((id) => ({ id, status: "confirmed", by: "zhao", at: null })),
      digests: [],
    });
  });
  return { judged, sizes };
}

describe("five thousand judged together", () => {
  it("go in calls as large as the command centre takes, and each is told", async () => {
    const there = centre();
    const told: number[] = [];
    await judgeTogether(ids, confirmed, "seen", NOTHING, (done) => told.push(settled(done)));
    expect(there.sizes).toEqual(Array<number>(25).fill(BATCH));
    expect(told).toEqual(there.sizes.map((_, at) => (at + 1) * BATCH));
    expect(new Set(there.judged).size).toBe(4950);
  });

  it("go on where they stopped, and none is sent again", async () => {
    const there = centre(11);
    let done: Together = NOTHING;
    const onProgress = (now: Together) => {
      done = now;
    };
    await expect(judgeTogether(ids, confirmed, "seen", done, onProgress)).rejects.toThrow();
    expect(settled(done)).toBe(10 * BATCH);
    await judgeTogether(ids, confirmed, "seen", done, onProgress);
    expect(settled(done)).toBe(ids.length);
    expect(there.judged.length).toBe(new Set(there.judged).size);
    expect(there.sizes).toHaveLength(26);
  });
});

it("a batch is no more than the command centre takes", () => {
  const described = JSON.parse(readFileSync("../openapi.json", "utf-8")) as {
    components: { schemas: { BulkRequest: { properties: { alert_ids: { maxItems: number } } } } };
  };
  expect(BATCH).toBe(described.components.schemas.BulkRequest.properties.alert_ids.maxItems);
});
