import { describe, expect, it } from "vitest";

import type { CommunityView, SchoolView } from "../http/types";
import { branches, spansOf } from "./tree";

const community = (id: string): CommunityView => ({ community_id: id, name_zh: id, name_en: "" });
const school = (id: string, community_id: string | null, closed_at: string | null = null) =>
  ({ school_id: id, name_zh: id, community_id, closed_at }) as SchoolView;

describe("branches", () => {
  it("puts each school where it belongs and loses none", () => {
    const found = branches(
      [community("west"), community("east")],
      [school("c", null), school("b", "east"), school("a", "east", "2026-11-01T00:00:00Z")],
    );
    expect(found.map((each) => [each.community?.community_id, each.schools.map((s) => s.school_id)])).toEqual(
      [
        ["east", ["b", "a"]],
        ["west", []],
        [undefined, ["c"]],
      ],
    );
  });
});

describe("spansOf", () => {
  it("joins days that follow one another", () => {
    expect(spansOf(["2026-10-02", "2026-10-01", "2026-12-31"])).toEqual([
      "2026-10-01~2026-10-02",
      "2026-12-31",
    ]);
  });
});
