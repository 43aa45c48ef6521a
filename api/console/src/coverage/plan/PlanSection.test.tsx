import { QueryClient } from "@tanstack/react-query";
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { Link } from "react-router";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import { Problem } from "../../http/problem";
import type { CoverageDetail, FloorPlanView, Permission, PlacedCamera, PlanCamera } from "../../http/types";
import { startI18n } from "../../i18n";
import { showRoutes } from "../../testing/showRoutes";
import { SCHOOL } from "../../testing/compliance";
import { PlanSection } from "./PlanSection";

beforeAll(() => startI18n("zh"));
afterEach(cleanup);

const HUNG: PlacedCamera = { camera_key: 1, x: 0.25, y: 0.5, direction_deg: 90, view_deg: 80, reach: 0.2 };
const STATES: PlanCamera["state"][] = ["covered", "not_online", "forbidden", "unknown", "retired"];
const CAMERAS: PlanCamera[] = STATES.map((state, at) => ({
  camera_key: at + 1,
  camera_id: state,
  name: `摄像机 ${state}`,
  state,
  place: at === 0 ? { id: 5, kind: "entrance", name: "南门" } : null,
}));

function plan(changes: Partial<FloorPlanView> = {}): FloorPlanView {
  return {
    id: 7,
    title_zh: "一层",
    title_en: "1st floor",
    width: 1600,
    height: 800,
    picture_url: "/api/v1/floor-plan-pictures/no-1/7?v=abc",
    version: 3,
    changed_at: "2026-11-30T02:00:00Z",
    changed_by: "chen",
    cameras: [HUNG],
    ...changes,
  };
}

const COVERAGE = {
  school: SCHOOL,
  profiles: [
    {
      profile: "cn-school",
      rows: [
        { id: "guard", kind: "guard_room", level: "must", state: "missing", why: "no_place", places: [] },
        {
          id: "gate",
          kind: "entrance",
          level: "must",
          state: "missing",
          why: "no_camera",
          places: [
            { place_id: 1, name: "南门", cameras: [{ camera_key: 1 }] },
            { place_id: 2, name: "北门", cameras: [] },
          ],
        },
        { id: "parking", kind: "parking", level: "should", state: "missing", why: "no_place", places: [] },
      ],
    },
  ],
} as unknown as CoverageDetail;

function show(plans: FloorPlanView[], permissions: Permission[] = [], at = "/coverage/no-1"): QueryClient {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  client.setQueryData(keys.me, { permissions });
  client.setQueryData(keys.floorPlans("no-1"), { items: plans, cameras: CAMERAS, as_of: "2026-11-30T02:00:00Z" });
  const element = (
    <>
      <PlanSection school={COVERAGE} />
      <Link to="/elsewhere">away</Link>
    </>
  );
  const routes = [
    { path: "/coverage/:schoolId", element },
    { path: "/elsewhere", element: <p>elsewhere</p> },
  ];
  showRoutes(client, routes, at);
  return client;
}

describe("a school without a plan", () => {
  it("is told how to make one, if that is theirs to do", () => {
    show([], ["manage_cameras"]);
    expect(within(screen.getByTestId("plan-empty")).getAllByRole("listitem")).toHaveLength(3);
    expect(screen.getByTestId("plan-add")).toBeDefined();
  });

  it("is told no steps that are another's", () => {
    show([]);
    expect(screen.queryByRole("listitem")).toBeNull();
    expect(screen.queryByTestId("plan-add")).toBeNull();
  });
});

describe("a plan", () => {
  it("says by name, place and word what each camera is worth, not by colour alone", () => {
    show([plan({ cameras: STATES.map((_, at) => ({ ...HUNG, camera_key: at + 1 })) })]);
    const names = screen.getAllByTestId("plan-symbol").map((each) => each.getAttribute("aria-label"));
    expect(names).toEqual([
      "1 号 摄像机 covered，南门，已覆盖",
      "2 号 摄像机 not_online，未登记点位，未在监测",
      "3 号 摄像机 forbidden，未登记点位，禁止安装",
      "4 号 摄像机 unknown，未登记点位，无法核验",
      "5 号 摄像机 retired，未登记点位，已停用",
    ]);
    expect(screen.getAllByTestId("plan-camera")).toHaveLength(5);
    expect(screen.queryByTestId("plan-edit")).toBeNull();
  });

  it("lists beside it what has to be seen and hangs nowhere", () => {
    show([plan()]);
    const missing = within(screen.getByTestId("plan-missing")).getAllByRole("listitem");
    expect(missing.map((each) => each.textContent)).toEqual([
      expect.stringContaining("未登记该类点位"),
      expect.stringContaining("北门"),
    ]);
    // One is drawn, three more are in use; the retired one is missed by nobody.
    expect(screen.getByText("另有 3 台在用摄像机未标注在这张图上")).toBeDefined();
  });

  it("is the one that the address names", () => {
    const second = plan({ id: 8, title_zh: "二层", cameras: [] });
    show([plan(), second], [], "/coverage/no-1?plan=8");
    expect(screen.getByAltText("二层平面图")).toBeDefined();
    expect(screen.queryByTestId("plan-symbol")).toBeNull();
  });
});

describe("who draws", () => {
  function placeSecond(): void {
    fireEvent.click(screen.getByTestId("plan-edit"));
    // As a key does it: without a pointer.
    fireEvent.click(screen.getAllByTestId("plan-to-place")[0]!, { detail: 0 });
  }

  it("puts a camera in the middle by keys, and turns, moves and takes it off", () => {
    show([plan()], ["manage_cameras"]);
    placeSecond();
    expect(screen.getAllByTestId("plan-to-place")).toHaveLength(2);
    const symbol = screen.getAllByTestId("plan-hung")[1]!;
    expect(document.activeElement).toBe(symbol);
    fireEvent.keyDown(symbol, { key: "]" });
    fireEvent.keyDown(symbol, { key: "ArrowRight" });
    expect(symbol.getAttribute("aria-label")).toBe("2 号 摄像机 not_online，朝向 185°，视角 90°");
    expect(symbol.style.left).toBe("50.5%");
    fireEvent.keyDown(symbol, { key: "Delete" });
    expect(screen.getAllByTestId("plan-hung")).toHaveLength(1);
    fireEvent.click(screen.getByTestId("plan-undo"));
    expect(screen.getAllByTestId("plan-hung")).toHaveLength(2);
  });

  it("loses nothing when somebody else saved first, and decides", async () => {
    const params = { version: "4", by: "zhao", at: "2026-11-30T02:01:00+00:00" };
    const put = vi
      .spyOn(api, "putFloorPlan")
      .mockRejectedValueOnce(new Problem("floor_plan_changed", 412, "", null, params))
      .mockResolvedValueOnce(plan({ version: 5 }));
    vi.spyOn(api, "floorPlans").mockResolvedValue({ items: [plan({ version: 5 })], cameras: CAMERAS, as_of: params.at });
    show([plan()], ["manage_cameras"]);
    placeSecond();
    fireEvent.click(screen.getByTestId("plan-save"));
    const conflict = await screen.findByTestId("plan-conflict");
    expect(conflict.textContent).toContain("zhao");
    expect(screen.getAllByTestId("plan-hung")).toHaveLength(2);
    fireEvent.click(screen.getByTestId("plan-mine"));
    await waitFor(() => expect(screen.queryByTestId("plan-editor")).toBeNull());
    const [first, second] = put.mock.calls;
    expect([first?.[1].version, second?.[1].version]).toEqual([3, 4]);
    expect(second?.[2].cameras.map((each) => each.camera_key)).toEqual([1, 2]);
  });

  it("is asked before a link leads away from what is not saved", async () => {
    show([plan()], ["manage_cameras"]);
    placeSecond();
    fireEvent.click(screen.getByText("away"));
    fireEvent.click(await screen.findByText("留在此页"));
    expect(screen.getAllByTestId("plan-hung")).toHaveLength(2);
    fireEvent.click(screen.getByTestId("plan-undo"));
    fireEvent.click(screen.getByText("away"));
    expect(await screen.findByText("elsewhere")).toBeDefined();
  });
});
