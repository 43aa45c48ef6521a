import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { App } from "antd";
import { I18nextProvider } from "react-i18next";
import { createMemoryRouter, RouterProvider, type RouteObject } from "react-router";

import { i18n } from "../i18n";
import { PreferencesProvider } from "../ui/preferences";

/** Shows routes as the console does, with what a client already knows. */
export function showRoutes(client: QueryClient, routes: RouteObject[], at: string): void {
  const router = createMemoryRouter(routes, { initialEntries: [at] });
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
}
