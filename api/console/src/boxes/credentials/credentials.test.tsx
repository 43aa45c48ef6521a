import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { App } from "antd";
import { I18nextProvider } from "react-i18next";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import { Problem } from "../../http/problem";
import type { CredentialsView, CredentialView } from "../../http/types";
import { i18n, startI18n } from "../../i18n";
import { CredentialsPanel } from "./CredentialsPanel";

beforeAll(() => startI18n("zh"));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const AT = "2026-11-24T02:00:00Z";
/** The base point: anybody's key would do. */
const KEY = btoa(String.fromCharCode(9) + "\0".repeat(31));
const OLD_PRINT = "0000-1111-2222-3333-4444-5555-6666-7777";
const PASSWORD = "hunter2-planted";

function item(changes: Partial<CredentialView> = {}): CredentialView {
  return {
    kind: "camera",
    name: "gate-north",
    title: "北门",
    host: "10.0.0.8",
    state: "unset",
    why: null,
    set_at: null,
    set_by: null,
    answered_at: null,
    ...changes,
  };
}

function view(changes: Partial<CredentialsView> = {}): CredentialsView {
  return {
    box_id: 7,
    is_revoked: false,
    key: {
      state: "allowed",
      key: KEY,
      fingerprint: "aaaa-bbbb",
      told_at: AT,
      allowed_fingerprint: "aaaa-bbbb",
      allowed_at: AT,
      allowed_by: "li.ming",
    },
    items: [item()],
    as_of: AT,
    ...changes,
  };
}

function show(told: CredentialsView): QueryClient {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  client.setQueryData(keys.credentials(7), told);
  vi.spyOn(api, "credentials").mockResolvedValue(told);
  render(
    <QueryClientProvider client={client}>
      <I18nextProvider i18n={i18n}>
        <App>
          <CredentialsPanel boxId={7} />
        </App>
      </I18nextProvider>
    </QueryClientProvider>,
  );
  return client;
}

async function opened(told = view()): Promise<QueryClient> {
  const client = show(told);
  fireEvent.click(screen.getByTestId("credential-set"));
  await screen.findByTestId("credential-username");
  return client;
}

function type(part: string, value: string): void {
  fireEvent.change(screen.getByTestId(part), { target: { value } });
}

describe("credentials of a box's devices", () => {
  it("tells of each whether it was set, and never what", () => {
    show(
      view({
        items: [
          item(),
          item({ name: "a", state: "taken", set_by: "li.ming", set_at: AT }),
          item({ name: "b", state: "refused", why: "not_opened", set_by: "li.ming", set_at: AT }),
          item({ name: "c", state: "outdated", set_by: "li.ming", set_at: AT }),
          item({ kind: "recorder", name: "nvr", title: "", host: "" }),
        ],
      }),
    );
    const [unset, taken, refused, outdated, recorder] = screen.getAllByTestId("credential");
    expect(within(unset as HTMLElement).getByTestId("credential-state").dataset["tone"]).toBe("unknown");
    expect(taken?.textContent).toContain("已设置");
    expect(taken?.textContent).toContain("li.ming");
    expect(refused?.textContent).toContain("主机无法解开");
    expect(outdated?.textContent).toContain("须重新设置");
    const set = within(recorder as HTMLElement).getByTestId<HTMLButtonElement>("credential-set");
    expect(set.disabled).toBe(true);
  });

  it.each([
    ["none", "key-none"],
    ["new", "key-new"],
    ["changed", "key-changed"],
  ] as const)("sets nothing while the key is %s", (state, notice) => {
    show(view({ key: { ...view().key, state, key: state === "none" ? null : KEY } }));
    expect(screen.getByTestId(notice)).toBeTruthy();
    expect(screen.getByTestId<HTMLButtonElement>("credential-set").disabled).toBe(true);
  });

  it("sets nothing for a box that was revoked", () => {
    show(view({ is_revoked: true }));
    expect(screen.getByTestId("key-revoked")).toBeTruthy();
    expect(screen.getByTestId<HTMLButtonElement>("credential-set").disabled).toBe(true);
  });

  it("shows both fingerprints of a key that changed, its own of the very key, and has it allowed", async () => {
    const allow = vi.spyOn(api, "allowBoxKey").mockResolvedValue(view());
    show(view({ key: { ...view().key, state: "changed", allowed_fingerprint: OLD_PRINT } }));
    fireEvent.click(screen.getByTestId("key-look"));
    expect((await screen.findByTestId("print-before")).textContent).toBe(OLD_PRINT);
    const now = screen.getByTestId("print-now").textContent;
    expect(now).toMatch(/^([0-9a-f]{4}-){7}[0-9a-f]{4}$/);
    fireEvent.click(screen.getByTestId("key-allow"));
    await waitFor(() => expect(allow).toHaveBeenCalledWith(7, KEY));
    await waitFor(() => expect(screen.queryByTestId("key-allow")).toBeNull());
  });

  it("sends what is sealed, and leaves the password nowhere", async () => {
    const set = vi.spyOn(api, "setCredential").mockResolvedValue(view());
    const client = await opened();
    type("credential-username", "viewer");
    type("credential-password", PASSWORD);
    fireEvent.click(screen.getByTestId("credential-save"));
    await waitFor(() => expect(set).toHaveBeenCalled());
    const [box, body] = set.mock.lastCall ?? [];
    expect(box).toBe(7);
    expect(body).toMatchObject({ kind: "camera", name: "gate-north", key: KEY });
    expect(atob(body?.sealed ?? "").length).toBe(512 + 48);
    const kept = JSON.stringify([
      set.mock.calls,
      client.getMutationCache().getAll().map(({ state }) => state),
      { ...localStorage },
      { ...sessionStorage },
    ]);
    expect(kept).not.toContain(PASSWORD);
    expect(kept).not.toContain("viewer");
    await waitFor(() => expect(screen.queryByTestId("credential-password")).toBeNull());
    expect(document.body.innerHTML).not.toContain(PASSWORD);
  });

  it("asks for both, without blanks around them", async () => {
    const set = vi.spyOn(api, "setCredential").mockResolvedValue(view());
    await opened();
    type("credential-username", "viewer");
    type("credential-password", " x");
    fireEvent.click(screen.getByTestId("credential-save"));
    expect(await screen.findByText("首尾不能有空格")).toBeTruthy();
    type("credential-password", "");
    fireEvent.click(screen.getByTestId("credential-save"));
    expect(await screen.findByText("请输入密码")).toBeTruthy();
    expect(set).not.toHaveBeenCalled();
  });

  it("takes an address that is the whole secret, at the configured host alone", async () => {
    const set = vi.spyOn(api, "setCredential").mockResolvedValue(view());
    await opened();
    type("credential-address", "rtsp://192.168.9.9/token/ch1");
    fireEvent.click(screen.getByTestId("credential-save"));
    expect(await screen.findByText("地址须与配置中的 10.0.0.8 一致")).toBeTruthy();
    type("credential-address", "rtsp://a:b@10.0.0.8/ch1");
    fireEvent.click(screen.getByTestId("credential-save"));
    expect(await screen.findByText(/其中不含用户名/, { selector: ".ant-form-item-explain-error" })).toBeTruthy();
    expect(set).not.toHaveBeenCalled();
    type("credential-address", "rtsp://10.0.0.8:554/token/ch1");
    fireEvent.click(screen.getByTestId("credential-save"));
    await waitFor(() => expect(set).toHaveBeenCalled());
  });

  it("keeps the dialog open when the key changed meanwhile, and says so", async () => {
    vi.spyOn(api, "setCredential").mockRejectedValue(new Problem("sealing_key", 409, "", null, {}));
    await opened();
    type("credential-username", "viewer");
    type("credential-password", PASSWORD);
    fireEvent.click(screen.getByTestId("credential-save"));
    expect(await screen.findByText(/主机密钥已变更/)).toBeTruthy();
    expect(screen.getByTestId("credential-username")).toBeTruthy();
  });

  it("asks no address of a recorder", async () => {
    await opened(view({ items: [item({ kind: "recorder", name: "nvr", title: "" })] }));
    expect(screen.queryByTestId("credential-address")).toBeNull();
  });
});
