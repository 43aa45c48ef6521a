import { QueryClient } from "@tanstack/react-query";
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import type { CredentialsView, CandidateView, DiscoveryView, ScanView, VersionDetail } from "../../http/types";
import { startI18n } from "../../i18n";
import { showRoutes } from "../../testing/showRoutes";
import { Component as FindCamerasPage } from "../FindCamerasPage";

beforeAll(() => startI18n("zh"));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const AT = "2026-11-24T02:00:00Z";
const URL = "rtsp://192.168.1.64:554/Streaming/Channels/";

function camera(number: number, changes: Partial<CandidateView> = {}): CandidateView {
  const url = `${URL}${number}01`;
  return {
    number,
    key: `192.168.1.64#${number}`,
    address: "192.168.1.64",
    maker: "hikvision",
    model: "DS-76",
    channel: String(number),
    name: `第${number}路`,
    main: { url, codec: "h264", width: 1920, height: 1080, fps: 25, gop_s: 2, bitrate_kbit_s: 4000 },
    sub: null,
    clock_ahead_s: 0.4,
    troubles: [],
    has_picture: true,
    yaml: `- id: cam-192-168-1-64-${number}\n  name: x\n  source:\n    type: rtsp\n    url: ${url}\n`,
    ...changes,
  };
}

const SCAN: ScanView = {
  state: "over",
  refusal: null,
  begun_at: AT,
  begun_by: "li.ming",
  networks: ["192.168.1.0/24"],
  addresses: [],
  account: "school",
  time_limit_s: 300,
  done: 3,
  total: 3,
  left_out: 0,
  cameras: [
    camera(1),
    camera(2),
    camera(3, { main: null, yaml: null, has_picture: false, troubles: ["auth_refused"] }),
  ],
};
const BOX: DiscoveryView = {
  box_id: 7,
  box_name: "box",
  school: { school_id: "no-1", name: "第一小学", name_en: "" },
  is_able: true,
  newest: 2,
  networks: ["192.168.1.0/24", "192.168.2.0/24"],
  accounts: [{ name: "school", username: "viewer", password_env: "SCHOOL_CAMERAS", password_file: null }],
  scan: null,
  as_of: AT,
};
const DETAIL: VersionDetail = {
  version: {
    number: 2,
    origin: "box",
    created_at: AT,
    created_by: "",
    reason: "",
    restored_from: null,
    state: "applied",
    answered_at: AT,
    why: null,
    problems: [],
    waits: [],
  },
  text: `site: {}\ncameras:\n- id: gate\n  source: {type: rtsp, url: '${URL}201'}\n`,
  diff: { against: null, changes: [], total: 0 },
};

const KEY = "3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=";
const KEYED: CredentialsView = {
  box_id: 7,
  is_revoked: false,
  key: {
    state: "allowed",
    key: KEY,
    fingerprint: "0000",
    allowed_fingerprint: "0000",
    told_at: AT,
    allowed_at: AT,
    allowed_by: "admin",
  },
  items: [],
  as_of: AT,
};

function show(box: DiscoveryView, credentials?: CredentialsView): void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  client.setQueryData(keys.discovery(7), box);
  client.setQueryData(keys.credentials(7), credentials);
  client.setQueryData(keys.configurationVersion(7, 2, "text"), DETAIL);
  showRoutes(
    client,
    [
      { path: "/boxes/:id/cameras", element: <FindCamerasPage /> },
      { path: "/first-hour", element: <p>first hour</p> },
    ],
    "/boxes/7/cameras",
  );
}

describe("finding cameras", () => {
  it("has the network named where the configuration allows no search", async () => {
    const edit = vi
      .spyOn(api, "editBoxSettings")
      .mockResolvedValue({ text: "changed", lost_remarks: [], problems: [], diff: null });
    const save = vi.spyOn(api, "saveConfiguration").mockResolvedValue(DETAIL);
    show({ ...BOX, networks: [] });
    expect(screen.queryByTestId("discovery-start")).toBeNull();
    const network = screen.getByTestId("discovery-name-network");
    const allow = screen.getByTestId<HTMLButtonElement>("discovery-allow");
    expect(allow.disabled).toBe(true);
    for (const wrong of ["8.8.8.0/24", "10.0.0.0/8", "192.168.1.5/24"]) {
      fireEvent.change(network, { target: { value: wrong } });
      expect(allow.disabled).toBe(true);
    }
    fireEvent.change(network, { target: { value: "192.168.1.0/24，10.0.3.0/24" } });
    fireEvent.click(allow);
    await waitFor(() => expect(save).toHaveBeenCalledTimes(1));
    expect(edit.mock.lastCall).toEqual([7, { against: 2, networks: ["192.168.1.0/24", "10.0.3.0/24"] }]);
    expect(save.mock.lastCall?.slice(0, 2)).toEqual([7, 2]);
    expect(save.mock.lastCall?.[2].text).toBe("changed");
  });

  it("seals who signs in, for the search and for each camera that is added", async () => {
    vi.spyOn(api, "compareConfiguration").mockResolvedValue({ problems: [], diff: DETAIL.diff });
    vi.spyOn(api, "saveConfiguration").mockResolvedValue(DETAIL);
    const begin = vi.spyOn(api, "beginDiscovery").mockResolvedValue(BOX);
    const set = vi.spyOn(api, "setCredential").mockResolvedValue(KEYED);
    show({ ...BOX, accounts: [], scan: { ...SCAN, account: null } }, KEYED);
    const start = screen.getByTestId<HTMLButtonElement>("discovery-start");
    fireEvent.change(screen.getByTestId("discovery-username"), { target: { value: "viewer" } });
    expect(start.disabled).toBe(true);
    const password = screen.getByTestId("discovery-password");
    fireEvent.keyDown(password, { key: "Enter" });
    fireEvent.keyUp(password, { key: "Enter" });
    fireEvent.change(password, { target: { value: "hunter2" } });
    fireEvent.keyDown(password, { key: "Enter" });
    await waitFor(() => expect(begin).toHaveBeenCalledTimes(1));
    expect(begin.mock.lastCall?.[1].account).toBeNull();
    expect(begin.mock.lastCall?.[1].sealed?.length).toBeGreaterThan(600);
    fireEvent.click(screen.getByTestId("discovery-all"));
    fireEvent.click(screen.getByTestId("discovery-add"));
    expect((await screen.findByTestId<HTMLTextAreaElement>("configuration-text")).value).not.toContain("viewer");
    const button = screen.getByTestId<HTMLButtonElement>("configuration-save");
    await waitFor(() => expect(button.disabled).toBe(false), { timeout: 3000 });
    fireEvent.click(button);
    await screen.findByText("first hour");
    expect(set).toHaveBeenCalledTimes(1);
    expect(set.mock.lastCall?.[1]).toMatchObject({ kind: "camera", name: "cam-192-168-1-64-1", key: KEY });
    expect(JSON.stringify([...begin.mock.calls, ...set.mock.calls])).not.toContain("hunter2");
  });

  it("has a box's key compared before anything can be sealed", () => {
    show({ ...BOX, accounts: [] }, { ...KEYED, key: { ...KEYED.key, state: "new", allowed_by: null, allowed_at: null } });
    expect(screen.getByTestId("key-new")).toBeTruthy();
    expect(screen.queryByTestId("discovery-username")).toBeNull();
  });

  it("asks for the networks that are ticked, addresses with their maker, and an account", async () => {
    const begin = vi.spyOn(api, "beginDiscovery").mockResolvedValue(BOX);
    show(BOX);
    const [, second] = screen.getAllByTestId<HTMLInputElement>("discovery-network");
    fireEvent.click(second as HTMLInputElement);
    const address = screen.getByTestId("discovery-address");
    fireEvent.change(address, { target: { value: "192.168.1.64" } });
    fireEvent.keyDown(address, { key: "Enter", code: "Enter", keyCode: 13 });
    fireEvent.click(screen.getByTestId("discovery-start"));
    await waitFor(() => expect(begin).toHaveBeenCalledTimes(1));
    expect(begin.mock.lastCall).toEqual([
      7,
      {
        networks: ["192.168.1.0/24"],
        addresses: ["hikvision://192.168.1.64"],
        account: "school",
        time_limit_s: 300,
      },
    ]);
  });

  it("does not ask a box that is away", () => {
    show({ ...BOX, is_able: false });
    expect(screen.getByTestId("discovery-away")).toBeTruthy();
    expect(screen.getByTestId<HTMLButtonElement>("discovery-start").disabled).toBe(true);
  });

  it("shows how far it is, stops it, and says why it was refused", async () => {
    const stop = vi.spyOn(api, "stopDiscovery").mockResolvedValue(BOX);
    vi.spyOn(api, "discovery").mockResolvedValue(BOX);
    show({ ...BOX, scan: { ...SCAN, state: "searching", done: 1, cameras: [] } });
    expect(screen.getByTestId("discovery-scan").textContent).toContain("1 / 3");
    expect(screen.queryByTestId("discovery-start")).toBeNull();
    fireEvent.click(screen.getByTestId("discovery-stop"));
    await waitFor(() => expect(stop).toHaveBeenCalledWith(7));
    cleanup();
    show({ ...BOX, scan: { ...SCAN, state: "refused", refusal: "no_account", cameras: [] } });
    expect(screen.getByTestId("discovery-scan").textContent).toContain("账号");
    cleanup();
    show({ ...BOX, scan: { ...SCAN, cameras: [] } });
    expect(screen.getByTestId("discovery-none")).toBeTruthy();
  });

  it("tells of each camera what it streams and what is wrong, and which is known", () => {
    show({ ...BOX, scan: SCAN });
    const [one, two, three] = screen.getAllByTestId("candidate");
    expect(one?.textContent).toContain("H264 1920×1080");
    expect(one?.textContent).toContain("海康威视 DS-76");
    expect(within(one as HTMLElement).getByRole("img").getAttribute("src")).toContain("/discovery/pictures/1");
    expect(two?.textContent).toContain("已在配置中");
    expect(three?.textContent).toContain("未再尝试");
    const choose = (each: HTMLElement | undefined) =>
      within(each as HTMLElement).getByTestId<HTMLInputElement>("candidate-choose");
    expect([one, two, three].map((each) => choose(each).disabled)).toEqual([false, true, true]);
  });

  it("takes an address as it is pasted, and refuses one with a password before it is sent", async () => {
    const begin = vi.spyOn(api, "beginDiscovery").mockResolvedValue(BOX);
    show(BOX);
    const address = screen.getByTestId("discovery-address");
    const start = screen.getByTestId<HTMLButtonElement>("discovery-start");
    fireEvent.change(address, { target: { value: "rtsp://admin:hunter2@192.168.1.9/live" } });
    expect(screen.getByTestId("discovery-wrong").textContent).toContain("账号");
    expect(start.disabled).toBe(true);
    fireEvent.change(address, { target: { value: "rtsp://192.168.1.9/live" } });
    expect(screen.queryByTestId("discovery-wrong")).toBeNull();
    fireEvent.click(start);
    await waitFor(() => expect(begin).toHaveBeenCalledTimes(1));
    expect(begin.mock.lastCall?.[1].addresses).toEqual(["rtsp://192.168.1.9/live"]);
  });

  it("writes what is ticked and named into the configuration, shown before it is saved", async () => {
    vi.spyOn(api, "compareConfiguration").mockResolvedValue({ problems: [], diff: DETAIL.diff });
    const save = vi.spyOn(api, "saveConfiguration").mockResolvedValue(DETAIL);
    show({ ...BOX, scan: SCAN });
    fireEvent.click(screen.getByTestId("discovery-all"));
    fireEvent.change(screen.getByTestId("candidate-name"), { target: { value: "" } });
    const add = screen.getByTestId<HTMLButtonElement>("discovery-add");
    expect(add.disabled).toBe(true);
    fireEvent.change(screen.getByTestId("candidate-name"), { target: { value: "南门" } });
    fireEvent.click(add);
    const text = (await screen.findByTestId<HTMLTextAreaElement>("configuration-text")).value;
    expect(text).toContain('- id: "cam-192-168-1-64-1"\n  name: "南门"\n  source:\n    type: rtsp\n');
    expect(text).toContain('    username: "viewer"\n    password_env: "SCHOOL_CAMERAS"\n');
    const button = screen.getByTestId<HTMLButtonElement>("configuration-save");
    await waitFor(() => expect(button.disabled).toBe(false), { timeout: 3000 });
    fireEvent.click(button);
    await waitFor(() => expect(save.mock.lastCall?.slice(0, 2)).toEqual([7, 2]));
    expect(await screen.findByText("first hour")).toBeTruthy();
  });
});
