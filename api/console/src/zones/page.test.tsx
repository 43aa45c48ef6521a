import { QueryClient } from "@tanstack/react-query";
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { Link } from "react-router";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { Problem } from "../http/problem";
import type { BoxRule, CameraSetup, RuleList, VersionDetail } from "../http/types";
import { startI18n } from "../i18n";
import { showRoutes } from "../testing/showRoutes";
import { camera } from "../testing/samples";
import { Component as ZonesPage } from "./ZonesPage";

beforeAll(() => startI18n("zh"));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const AT = "2026-11-24T02:00:00Z";
const RULE = {
  type: "loitering",
  min_s: 30,
  zone: { name: "院子", polygon: [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]] },
};
const SETUP: CameraSetup = {
  box_id: 7,
  version: 3,
  state: "applied",
  origin: "centre",
  camera_id: "gate-north",
  name: "北门",
  rules: [RULE],
  rule_sets: [],
  more_models: [],
  accepted: [],
  problems: [],
};
const SCHOOL = { school_id: "no-1", name: "第一小学", name_en: "" };
const FIRE: BoxRule = {
  school: SCHOOL,
  box_id: 7,
  worker_id: "box-1",
  lost: false,
  state: "needs_model",
  wants: [{ kind: "class", name: "cigarette", model: null }],
  more_models: [],
  to_accept: [],
};
const rulesOf = (box: BoxRule): RuleList => ({
  items: [{ rule: "smoking", risk: "class_2", state: "needs_model", boxes: [box] }],
  as_of: AT,
});
const EDITED = {
  text: "cameras: []\n",
  lost_remarks: [],
  problems: [],
  diff: {
    against: 3,
    changes: [{ path: "cameras[gate-north].rules[0].min_s", kind: "changed", old: "30", new: "60" } as const],
    total: 1,
  },
};

function show(setup: CameraSetup | null = SETUP, waiting = FIRE, more = ["manage_boxes"]): void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  client.setQueryData(keys.me, { permissions: ["view_cameras", "edit_zones", ...more] });
  const found = camera("gate-north", { id: 1, name: "北门", box_id: setup && 7 });
  client.setQueryData(keys.cameras, { items: [found], as_of: AT });
  client.setQueryData(keys.rules, rulesOf(waiting));
  if (setup) client.setQueryData(keys.cameraSetup(7, "gate-north"), setup);
  const element = (
    <>
      <ZonesPage />
      <Link to="/elsewhere">away</Link>
    </>
  );
  const routes = [
    { path: "/cameras/:key/zones", element },
    { path: "/elsewhere", element: <p>elsewhere</p> },
  ];
  showRoutes(client, routes, "/cameras/1/zones");
}

function option(key: string): HTMLElement {
  const found = screen.getAllByTestId("rule-option").find((each) => each.dataset["option"] === key);
  if (!found) throw new Error(`no field for ${key}`);
  return found;
}

function saveButton(): HTMLButtonElement {
  return screen.getByTestId<HTMLButtonElement>("zones-save");
}

describe("the zones of a camera", () => {
  it("are listed with what each option means, and not saved while nothing changed", () => {
    show();
    expect(screen.getByTestId("zones-state").textContent).toContain("版本 3 已生效");
    expect(screen.getByTestId("zone-rule").textContent).toContain("徘徊");
    expect(option("min_s").textContent).toContain("停留超过这段时间就告警");
    expect(screen.getAllByTestId("zone-corner")).toHaveLength(4);
    expect(saveButton().disabled).toBe(true);
  });

  it("are moved by keys, refused in words while they cross, and taken back", () => {
    show();
    const [first, second] = screen.getAllByTestId("zone-corner");
    fireEvent.keyDown(first!, { key: "ArrowRight", shiftKey: true });
    expect(saveButton().disabled).toBe(false);
    for (let times = 0; times < 120; times += 1) fireEvent.keyDown(second!, { key: "ArrowDown", shiftKey: true });
    expect(screen.getByTestId("zone-fault").textContent).toContain("自相交");
    expect(saveButton().disabled).toBe(true);
    fireEvent.click(screen.getByTestId("zones-undo"));
    expect(screen.getByTestId("zone-fault").textContent).toBe("");
    fireEvent.keyDown(window, { key: "z", ctrlKey: true });
    expect(saveButton().disabled).toBe(true);
  });

  it("are drawn anew by keys alone", () => {
    show();
    fireEvent.click(screen.getByTestId("zones-trace"));
    const target = screen.getByTestId("zone-target");
    fireEvent.keyDown(target, { key: "Enter" });
    expect(screen.getByTestId("zone-fault").textContent).toContain("至少要有 3 个角点");
    fireEvent.keyDown(target, { key: " " });
    fireEvent.keyDown(target, { key: "z", ctrlKey: true });
    expect(target.dataset["drawn"]).toBe("0");
    fireEvent.keyDown(target, { key: " " });
    for (const key of ["ArrowRight", "ArrowDown"]) {
      for (let times = 0; times < 10; times += 1) fireEvent.keyDown(target, { key, shiftKey: true });
      fireEvent.keyDown(target, { key: " " });
    }
    fireEvent.keyDown(target, { key: "Enter" });
    expect(screen.queryByTestId("zone-target")).toBeNull();
    expect(screen.getAllByTestId("zone-corner")).toHaveLength(3);
  });

  it("tell what a rule waits for before it is added", () => {
    show();
    fireEvent.mouseDown(screen.getByRole("combobox", { name: "添加规则…" }));
    fireEvent.change(screen.getByRole("combobox", { name: "添加规则…" }), { target: { value: "吸烟" } });
    fireEvent.click(screen.getByTitle(/吸烟/));
    expect(screen.getByTestId("rule-waits").textContent).toContain("缺少能识别");
    fireEvent.click(screen.getByTestId("add-rule-ok"));
    expect(screen.getAllByTestId("zone-rule")).toHaveLength(2);
    expect(option("min_share").querySelector("input")?.placeholder).toBe("0.55");
  });

  it("say so of a rule of which an older box tells no more than that it waits", () => {
    show(SETUP, { ...FIRE, wants: [] });
    fireEvent.mouseDown(screen.getByRole("combobox", { name: "添加规则…" }));
    fireEvent.change(screen.getByRole("combobox", { name: "添加规则…" }), { target: { value: "吸烟" } });
    fireEvent.click(screen.getByTitle(/吸烟/));
    expect(screen.getByTestId("rule-waits").textContent).toContain("现在不会采用这条规则（缺少模型）");
  });

  it("are saved on what was seen, and lose nothing when somebody was faster", async () => {
    const edit = vi.spyOn(api, "editCamera").mockResolvedValue(EDITED);
    const faster = new Problem("configuration_changed", 412, "", null, { version: "4", by: "wang", at: AT });
    const version = { number: 5, state: "pending", origin: "centre" } as VersionDetail["version"];
    const done: VersionDetail = { version, text: EDITED.text, diff: EDITED.diff };
    vi.spyOn(api, "configurationVersion").mockResolvedValue(done);
    const zone = { ...RULE.zone, name: "前院" };
    const smoking = { type: "smoking", zone };
    const theirs = { ...SETUP, version: 4, rules: [{ ...RULE, zone, min_s: 45 }, smoking] };
    const ours: CameraSetup = { ...theirs, version: 5, state: "pending" };
    const save = vi.spyOn(api, "saveCamera").mockRejectedValueOnce(faster).mockResolvedValue(ours);
    vi.spyOn(api, "cameraSetup").mockImplementation(() => Promise.resolve(save.mock.calls.length > 1 ? ours : theirs));
    show();
    const input = option("min_s").querySelector("input")!;
    fireEvent.change(input, { target: { value: "60" } });
    fireEvent.click(saveButton());
    const ok = await screen.findByTestId<HTMLButtonElement>("zones-save-ok");
    await screen.findAllByTestId("configuration-diff");
    fireEvent.change(screen.getByTestId("zones-reason"), { target: { value: " " } });
    expect(ok.disabled).toBe(true);
    fireEvent.change(screen.getByTestId("zones-reason"), { target: { value: "放学更久" } });
    fireEvent.click(ok);
    await screen.findByTestId("configuration-conflict");
    fireEvent.click(screen.getByTestId("conflict-keep"));
    await waitFor(() => expect(edit.mock.lastCall?.[2].against).toBe(4));
    // Theirs where they alone changed something, one's own where both did.
    expect(edit.mock.lastCall?.[2].rules).toEqual([{ ...RULE, zone, min_s: 60 }, smoking]);
    await waitFor(() => expect(ok.disabled).toBe(false));
    fireEvent.click(ok);
    await waitFor(() => expect(screen.getByTestId("zones-state").textContent).toContain("版本 5"));
    expect(save.mock.calls.map((call) => call[2].against)).toEqual([3, 4]);
    expect(save.mock.lastCall?.[2].reason).toBe("放学更久");
    expect(screen.queryByTestId("zones-save-dialog")).toBeNull();
    expect(screen.getByTestId("zones-back")).toBeTruthy();
  });

  it("cannot be changed where a box's own file rules, until that is said", () => {
    show({ ...SETUP, origin: "box" });
    expect(screen.getByTestId("zones-local").textContent).toContain("本页只读");
    expect(screen.queryByTestId("zone-corner")).toBeNull();
    expect(screen.queryByTestId("zones-save")).toBeNull();
    expect(option("min_s").querySelector("input")?.disabled).toBe(true);
    expect(screen.getByTestId<HTMLButtonElement>("rule-remove").disabled).toBe(true);
    fireEvent.click(screen.getByTestId("zones-take"));
    expect(screen.queryByTestId("zones-local")).toBeNull();
    expect(screen.getAllByTestId("zone-corner")).toHaveLength(4);
    expect(option("min_s").querySelector("input")?.disabled).toBe(false);
  });

  it("are a school's own to move, and nothing else of its box", async () => {
    vi.spyOn(api, "editCamera").mockResolvedValue({ ...EDITED, text: "" });
    const ours: CameraSetup = { ...SETUP, version: 4, state: "pending" };
    const save = vi.spyOn(api, "saveCamera").mockResolvedValue(ours);
    vi.spyOn(api, "cameraSetup").mockResolvedValue(ours);
    show(SETUP, FIRE, []);
    expect(screen.queryByText("查看主机配置（YAML）")).toBeNull();
    fireEvent.change(option("min_s").querySelector("input")!, { target: { value: "60" } });
    fireEvent.click(saveButton());
    fireEvent.change(await screen.findByTestId("zones-reason"), { target: { value: "放学更久" } });
    const ok = screen.getByTestId<HTMLButtonElement>("zones-save-ok");
    await waitFor(() => expect(ok.disabled).toBe(false));
    fireEvent.click(ok);
    await waitFor(() => expect(screen.getByTestId("zones-state").textContent).toContain("版本 4"));
    expect(save.mock.lastCall?.[2].add_models).toEqual([]);
    expect(screen.queryByTestId("zones-back")).toBeNull();
  });

  it("are only shown to a school whose box its own file rules", () => {
    show({ ...SETUP, origin: "box" }, FIRE, []);
    expect(screen.getByTestId("zones-local").textContent).toContain("主机管理员");
    expect(screen.queryByTestId("zones-take")).toBeNull();
    expect(screen.queryByTestId("zones-save")).toBeNull();
  });

  it("name the remarks that go with a change", async () => {
    vi.spyOn(api, "editCamera").mockResolvedValue({ ...EDITED, lost_remarks: ["# 保卫科要求"] });
    show();
    fireEvent.change(option("min_s").querySelector("input")!, { target: { value: "60" } });
    fireEvent.click(saveButton());
    expect((await screen.findByTestId("lost-remarks")).textContent).toContain("# 保卫科要求");
  });

  it("say at the field why the box refused them", () => {
    const problem = { path: "rules[0].min_s", line: 9, what: "must be more than 0", remedy: "" };
    show({ ...SETUP, state: "refused", problems: [problem] });
    expect(option("min_s").textContent).toContain("must be more than 0");
    expect(screen.getByTestId("zones-refused")).toBeTruthy();
  });

  it("are not left by a link before it was asked", async () => {
    show();
    fireEvent.keyDown(screen.getAllByTestId("zone-corner")[0]!, { key: "ArrowRight" });
    fireEvent.click(screen.getByText("away"));
    fireEvent.click(await screen.findByText("放弃修改并离开"));
    expect(await screen.findByText("elsewhere")).toBeTruthy();
  });

  it("teach what to do while nothing is known of the camera's configuration", () => {
    show(null);
    expect(screen.getByTestId("zones-no-version")).toBeTruthy();
  });
});
