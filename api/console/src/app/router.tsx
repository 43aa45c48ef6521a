import { createBrowserRouter } from "react-router";

import { SignInPage } from "../session/SignInPage";
import { Crash } from "./Crash";
import { NotFoundPage } from "./NotFoundPage";
import { Shell } from "./Shell";

export function createRouter() {
  return createBrowserRouter([
    { path: "/sign-in", element: <SignInPage />, errorElement: <Crash /> },
    {
      path: "/",
      element: <Shell />,
      hydrateFallbackElement: <></>,
      errorElement: <Crash />,
      children: [
        { index: true, lazy: async () => import("../alerts/queue/QueuePage") },
        { path: "alerts/:id", lazy: async () => import("../alerts/detail/DetailPage") },
        { path: "live", lazy: async () => import("../wall/WallPage") },
        { path: "cameras", lazy: async () => import("../cameras/CamerasPage") },
        { path: "recordings/:id", lazy: async () => import("../recordings/RecordingPage") },
        { path: "retention", lazy: async () => import("../compliance/RetentionPage") },
        { path: "rules", lazy: async () => import("../rules/RulesPage") },
        { path: "users", lazy: async () => import("../users/UsersPage") },
        { path: "*", element: <NotFoundPage /> },
      ],
    },
  ]);
}
