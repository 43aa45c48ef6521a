import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { App } from "antd";
import { I18nextProvider } from "react-i18next";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeAll, expect, it, vi } from "vitest";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import type { Permission, RecordView } from "../../http/types";
import { i18n, startI18n } from "../../i18n";
import { camera } from "../../testing/samples";
import { PreferencesProvider } from "../../ui/preferences";
import { Component as CameraPage } from "./CameraPage";
import { Component as RegisterPage } from "./RegisterPage";

beforeAll(() => startI18n("zh"));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const RECORD = {
  camera_key: 1,
  school: camera("gate").school,
  camera_id: "gate",
  name: "北门",
  place: null,
  vendor: "海康威视",
  longitude: 121.5,
  latitude: 31.2,
  updated_at: "2026-11-24T02:00:00Z",
  updated_by: "wang.li",
} as RecordView;

function show(address: string, ...permissions: Permission[]) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  client.setQueryData(keys.me, { permissions });
  client.setQueryData(keys.cameras, { items: [camera("gate", { id: 1, name: "北门" })], as_of: RECORD.updated_at });
  const tab = (name: string) => <p data-testid="shown">{name}</p>;
  const router = createMemoryRouter(
    [
      {
        element: <CameraPage />,
        children: [
          { path: "cameras/:key", element: <></> },
          { path: "cameras/:key/live", element: tab("live") },
          { path: "cameras/:key/register", element: <RegisterPage /> },
          { path: "cameras/:key/health", element: tab("health") },
          { path: "cameras/:key/recordings", element: tab("recordings") },
          { path: "recordings/:id", element: tab("recordings of before") },
        ],
      },
    ],
    { initialEntries: [address] },
  );
  render(
    <QueryClientProvider client={client}>
      <I18nextProvider i18n={i18n}>
        <PreferencesProvider>
          <App>
            <RouterProvider router={router} />
          </App>
        </PreferencesProvider>
      </I18nextProvider>
    </QueryClientProvider>,
  );
  return router;
}

const current = () => screen.getAllByRole("link").find((each) => each.getAttribute("aria-current") === "page");

it("begins with the first tab that one may open, and goes from tab to tab below one address", async () => {
  const router = show("/cameras/1", "view_cameras", "watch_live", "play_recordings");
  await vi.waitFor(() => expect(router.state.location.pathname).toBe("/cameras/1/live"));
  expect((await screen.findByTestId("shown")).textContent).toBe("live");
  expect(screen.queryByTestId("camera-tab-zones")).toBeNull();
  fireEvent.click(screen.getByTestId("camera-tab-recordings"));
  await vi.waitFor(() => expect(screen.getByTestId("shown").textContent).toBe("recordings"));
  expect(router.state.location.pathname).toBe("/cameras/1/recordings");
  expect(current()?.textContent).toBe("录像");
});

it("is told to who may see cameras alone by how the picture is", async () => {
  const router = show("/cameras/1", "view_cameras");
  await vi.waitFor(() => expect(router.state.location.pathname).toBe("/cameras/1/health"));
});

it("keeps the older address of recordings, and its tabs lead to the same camera", () => {
  show("/recordings/1?day=2026-11-24", "view_cameras", "watch_live", "play_recordings");
  expect(screen.getByTestId("shown").textContent).toBe("recordings of before");
  expect(current()?.textContent).toBe("录像");
  expect(screen.getByTestId("camera-tab-live").getAttribute("href")).toBe("/cameras/1/live");
  expect(screen.getByText("北门")).toBeTruthy();
});

it("shows what is written in the register", async () => {
  vi.spyOn(api, "record").mockResolvedValue(RECORD);
  show("/cameras/1/register", "view_cameras");
  expect(await screen.findByText("海康威视")).toBeTruthy();
  expect(screen.getByText("121.5, 31.2")).toBeTruthy();
  expect(screen.getByTestId("to-register").getAttribute("href")).toContain("/organisation?school=");
});

it("says so where there is no such camera", () => {
  show("/cameras/99/register", "view_cameras");
  expect(screen.getByTestId("camera-not-found")).toBeTruthy();
});
