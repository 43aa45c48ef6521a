import { QueryClient } from "@tanstack/react-query";
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { Link } from "react-router";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import { Problem } from "../../http/problem";
import type { ConfigurationView, CredentialsView, VersionDetail, VersionSummary } from "../../http/types";
import { startI18n } from "../../i18n";
import { showRoutes } from "../../testing/showRoutes";
import { Component as ConfigurationPage } from "../ConfigurationPage";

beforeAll(() => startI18n("zh"));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const AT = "2026-11-24T02:00:00Z";
const PROBLEM = { path: "cameras[0].rules[0].zone.polygon", line: 2, what: "crosses itself", remedy: "" };

function version(number: number, changes: Partial<VersionSummary> = {}): VersionSummary {
  return {
    number,
    origin: "centre",
    created_at: AT,
    created_by: "li.ming",
    reason: "新围栏",
    restored_from: null,
    state: "superseded",
    answered_at: AT,
    why: null,
    problems: [],
    waits: [],
    ...changes,
  };
}

const LOCAL = version(1, { origin: "box", created_by: "", reason: "", state: "applied" });
const REFUSED = version(2, { state: "refused", why: "invalid", problems: [PROBLEM] });
const BOX: ConfigurationView = {
  box_id: 7,
  box_name: "box",
  school: { school_id: "no-1", name: "第一小学", name_en: "" },
  management: "local",
  is_box_there: true,
  newest: 2,
  running: 1,
  wanted: null,
  reported_at: AT,
  versions: [REFUSED, LOCAL],
  as_of: AT,
};
const CHANGE = { path: "cameras[gate].name", kind: "changed", old: "北门", new: "东门" } as const;
const DETAIL: VersionDetail = {
  version: REFUSED,
  text: "site: {}\ncameras: []\n",
  diff: { against: 1, changes: [CHANGE], total: 1 },
};
const KEY = {
  state: "none",
  key: null,
  fingerprint: null,
  told_at: null,
  allowed_fingerprint: null,
  allowed_at: null,
  allowed_by: null,
} as const;
const CREDENTIALS: CredentialsView = { box_id: 7, is_revoked: false, key: KEY, items: [], as_of: AT };

function show(box: ConfigurationView): void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  client.setQueryData(keys.configuration(7), box);
  client.setQueryData(keys.configurationVersion(7, 2, "refused"), DETAIL);
  client.setQueryData(keys.credentials(7), CREDENTIALS);
  const page = (
    <>
      <ConfigurationPage />
      <Link to="/elsewhere">away</Link>
    </>
  );
  showRoutes(
    client,
    [
      { path: "/boxes/:id/configuration", element: page },
      { path: "/elsewhere", element: <p>elsewhere</p> },
    ],
    "/boxes/7/configuration",
  );
}

describe("the configuration of a box", () => {
  it("says who decides, what runs, and why a version was refused, at its line", () => {
    show(BOX);
    expect(screen.getByTestId("management").textContent).toContain("本地管理");
    expect(screen.getByTestId("running").textContent).toContain("版本 1");
    const [refused, local] = screen.getAllByTestId("version");
    expect(refused?.textContent).toContain("配置检查未通过");
    expect(refused?.textContent).toContain("第 2 行");
    expect(local?.textContent).toContain("主机本地文件");
    expect(within(local as HTMLElement).queryByTestId("version-restore")).toBeNull();
    expect(screen.getByTestId("version-panel").textContent).toContain("东门");
  });

  it("says that a box is away, and what is awaited of one that is there", () => {
    show({ ...BOX, is_box_there: false });
    expect(screen.getByTestId("box-away")).toBeTruthy();
    cleanup();
    show({ ...BOX, wanted: 2 });
    expect(screen.getByTestId("box-awaited").textContent).toContain("版本 2");
  });

  it("teaches what to do while nothing is known", () => {
    show({ ...BOX, management: "unknown", newest: 0, running: null, versions: [] });
    expect(screen.getByTestId("no-version")).toBeTruthy();
    expect(screen.queryByTestId("configuration-edit")).toBeNull();
    expect(screen.getByTestId("configuration-import")).toBeTruthy();
  });

  it("keeps what is written when somebody was faster, and shows theirs", async () => {
    vi.spyOn(api, "configurationVersion").mockResolvedValue(DETAIL);
    vi.spyOn(api, "compareConfiguration").mockResolvedValue({ problems: [], diff: DETAIL.diff });
    const faster = new Problem("configuration_changed", 412, "", null, { version: "3", by: "wang", at: AT });
    const save = vi.spyOn(api, "saveConfiguration").mockRejectedValueOnce(faster).mockResolvedValue(DETAIL);
    show(BOX);
    fireEvent.click(screen.getByTestId("configuration-edit"));
    await screen.findByTestId("configuration-editor");
    const text = screen.getByTestId("configuration-text");
    fireEvent.change(text, { target: { value: "site: {}\ncameras: [1]\n" } });
    fireEvent.change(screen.getByTestId("configuration-reason"), { target: { value: "为什么" } });
    const button = screen.getByTestId<HTMLButtonElement>("configuration-save");
    await waitFor(() => expect(button.disabled).toBe(false), { timeout: 3000 });
    fireEvent.click(button);
    const conflict = await screen.findByTestId("configuration-conflict");
    expect(conflict.textContent).toContain("wang");
    await waitFor(() => expect(conflict.textContent).toContain("东门"));
    expect(screen.getByTestId<HTMLTextAreaElement>("configuration-text").value).toContain("[1]");
    fireEvent.click(screen.getByTestId("conflict-keep"));
    await waitFor(() => expect(button.disabled).toBe(false), { timeout: 3000 });
    fireEvent.click(button);
    await waitFor(() => expect(save.mock.lastCall?.[1]).toBe(3));
  });

  it("asks before a link leads away from what is written, and not once nothing is", async () => {
    vi.spyOn(api, "configurationVersion").mockResolvedValue(DETAIL);
    vi.spyOn(api, "compareConfiguration").mockResolvedValue({ problems: [], diff: DETAIL.diff });
    show(BOX);
    fireEvent.click(screen.getByTestId("configuration-edit"));
    await screen.findByTestId("configuration-editor");
    fireEvent.change(screen.getByTestId("configuration-reason"), { target: { value: "为什么" } });
    fireEvent.click(screen.getByText("away"));
    fireEvent.click(await screen.findByText("留在此页"));
    expect(screen.queryByText("elsewhere")).toBeNull();
    expect(screen.getByTestId<HTMLInputElement>("configuration-reason").value).toBe("为什么");
    fireEvent.change(screen.getByTestId("configuration-reason"), { target: { value: "" } });
    fireEvent.click(screen.getByText("away"));
    expect(await screen.findByText("elsewhere")).toBeTruthy();
  });
});
