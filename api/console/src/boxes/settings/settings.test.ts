import { describe, expect, it } from "vitest";

import type { BoxSettings, CameraSettings } from "../../http/types";
import {
  changesOf,
  deletedSooner,
  draftOf,
  faultsOf,
  isChanged,
  isDay,
  pathOf,
  rebased,
  withAll,
  withCamera,
} from "./settings";

function camera(index: number, changes: Partial<CameraSettings> = {}): CameraSettings {
  return {
    index,
    camera_id: `cam-${index}`,
    name: `第${index}路`,
    location: "走廊",
    is_recorded: true,
    keep_days: 30,
    delete_after_days: 60,
    budget_per_hour: null,
    ...changes,
  };
}

const BEGUN: BoxSettings = {
  box_id: 7,
  box_name: "box",
  school: { school_id: "no-1", name: "第一小学", name_en: "" },
  school_time_zone: "Asia/Shanghai",
  school_holidays: [],
  school_workdays: [],
  version: 3,
  state: "applied",
  origin: "centre",
  time_zone: "Asia/Shanghai",
  holidays: ["2026-10-01..2026-10-07"],
  workday_overrides: [],
  has_recorder: true,
  cameras: [camera(0), camera(1, { is_recorded: false, keep_days: null, delete_after_days: null })],
  problems: [],
};

describe("changes of a box's settings", () => {
  it("are what differs alone, and nothing of what does not", () => {
    expect(isChanged(changesOf(BEGUN, draftOf(BEGUN)))).toBe(false);
    const draft = withCamera({ ...draftOf(BEGUN), holidays: [] }, 0, { keep_days: 90, location: " " });
    expect(changesOf(BEGUN, draft)).toEqual({
      site: { holidays: [] },
      cameras: [{ camera_id: "cam-0", keep_days: 90, location: null }],
    });
  });

  it("are put on what somebody else saved, at one value one's own", () => {
    const draft = withCamera({ ...draftOf(BEGUN), time_zone: "Asia/Urumqi" }, 0, { keep_days: 90 });
    const theirs = {
      ...BEGUN,
      version: 4,
      holidays: ["2026-12-25"],
      cameras: [camera(0, { name: "北门", keep_days: 45 }), camera(2)],
    };
    const found = rebased(BEGUN, draft, theirs);
    expect([found.time_zone, found.holidays]).toEqual(["Asia/Urumqi", ["2026-12-25"]]);
    expect(found.cameras.map(({ camera_id, name, keep_days }) => [camera_id, name, keep_days])).toEqual([
      ["cam-0", "北门", 90],
      ["cam-2", "第2路", 30],
    ]);
    expect(changesOf(theirs, found)).toEqual({
      site: { time_zone: "Asia/Urumqi" },
      cameras: [{ camera_id: "cam-0", keep_days: 90 }],
    });
  });

  it("fill in many cameras, and promise no footage where there is none", () => {
    const found = withAll(draftOf(BEGUN), BEGUN, { keep_days: 90, budget_per_hour: 12 });
    expect(found.cameras.map(({ keep_days, budget_per_hour }) => [keep_days, budget_per_hour])).toEqual([
      [90, 12],
      [null, 12],
    ]);
  });
});

describe("what is wrong with settings", () => {
  it("stands at the path of its field", () => {
    const draft = withCamera(draftOf(BEGUN), 0, { name: " ", keep_days: 90 });
    expect([...faultsOf(draft)]).toEqual([
      [pathOf(0, "name"), "name"],
      ["cameras[0].recording.delete_after_days", "deleteTooSoon"],
    ]);
    expect([...faultsOf(withCamera(draftOf(BEGUN), 1, { delete_after_days: 9 }))]).toEqual([
      ["cameras[1].recording.keep_days", "keep"],
    ]);
    expect([...faultsOf({ ...draftOf(BEGUN), holidays: ["2026-02-30"] })]).toEqual([["site.holidays", "day"]]);
  });

  it.each([
    ["2026-10-01", true],
    ["2026-10-01 .. 2026-10-07", true],
    ["2026-02-30", false],
    ["2026-10-07..2026-10-01", false],
    ["2026-01-01..2027-06-01", false],
    ["10-01", false],
    ["", false],
  ])("%s as days", (text, is) => {
    expect(isDay(text)).toBe(is);
  });

  it("is not that footage goes sooner, which is told", () => {
    const draft = withCamera(draftOf(BEGUN), 0, { delete_after_days: 45 });
    expect(faultsOf(draft).size).toBe(0);
    expect(deletedSooner(BEGUN, draft).map(({ camera_id }) => camera_id)).toEqual(["cam-0"]);
    expect(deletedSooner(BEGUN, withCamera(draftOf(BEGUN), 0, { delete_after_days: 90 }))).toEqual([]);
  });
});
