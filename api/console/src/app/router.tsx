import { createBrowserRouter, Navigate } from "react-router";

import { SignInPage } from "../account/SignInPage";
import { BoxShell } from "./BoxShell";
import { Crash } from "./Crash";
import { NotFoundPage } from "./NotFoundPage";
import { PageCrash } from "./PageCrash";
import { PAGES } from "./pages";
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
        {
          // A page that cannot be loaded or drawn takes its own place only.
          errorElement: <PageCrash />,
          children: [
            { index: true, lazy: PAGES.queue },
            { path: "alerts/:id", lazy: PAGES.alert },
            { path: "orders", lazy: PAGES.orders },
            { path: "orders/:id", lazy: PAGES.order },
            { path: "start", element: <></> },
            { path: "tasks", lazy: PAGES.tasks },
            { path: "tasks/:id", lazy: PAGES.task },
            { path: "tasks/forms/:id", lazy: PAGES.form },
            { path: "inspections", lazy: PAGES.inspections },
            { path: "inspections/:id", lazy: PAGES.inspection },
            { path: "exams", lazy: PAGES.exams },
            { path: "exams/patrol", lazy: PAGES.patrol },
            { path: "live", lazy: PAGES.live },
            { path: "cameras", lazy: PAGES.cameras },
            {
              // One camera's tabs; the older address of its recordings is one of them.
              lazy: PAGES.camera,
              children: [
                { path: "cameras/:key", element: <></> },
                { path: "cameras/:key/live", lazy: PAGES.cameraLive },
                { path: "cameras/:key/zones", lazy: PAGES.zones },
                { path: "cameras/:key/recordings", lazy: PAGES.recordings },
                { path: "cameras/:key/health", lazy: PAGES.cameraHealth },
                { path: "cameras/:key/register", lazy: PAGES.cameraRegister },
                { path: "cameras/:key/history", lazy: PAGES.cameraHistory },
                { path: "recordings/:id", lazy: PAGES.recordings },
              ],
            },
            { path: "retention", lazy: PAGES.retention },
            { path: "overview", lazy: PAGES.overview },
            { path: "compliance", lazy: PAGES.compliance },
            { path: "compliance/:schoolId", lazy: PAGES.schoolFootage },
            { path: "coverage", lazy: PAGES.coverage },
            { path: "coverage/:schoolId", lazy: PAGES.schoolCoverage },
            { path: "rules", lazy: PAGES.rules },
            { path: "account", lazy: PAGES.account },
            { path: "organisation", lazy: PAGES.organisation },
            { path: "boxes", lazy: PAGES.boxes },
            { path: "boxes/rules", lazy: PAGES.ruleSet },
            { path: "boxes/:id/configuration", lazy: PAGES.configuration },
            { path: "boxes/:id/cameras", lazy: PAGES.findCameras },
            { path: "boxes/:id/settings", lazy: PAGES.boxSettings },
            { path: "first-hour", lazy: PAGES.firstHour },
            { path: "access-log", lazy: PAGES.accessLog },
            { path: "reports", lazy: PAGES.reports },
            { path: "precision", lazy: PAGES.precision },
            { path: "privacy", lazy: PAGES.privacy },
            { path: "jobs", lazy: PAGES.jobs },
            { path: "meetings", lazy: PAGES.meetings },
            { path: "meetings/:id", lazy: PAGES.meeting },
            { path: "notices", lazy: PAGES.notices },
            { path: "users", lazy: PAGES.users },
            { path: "*", element: <NotFoundPage /> },
          ],
        },
      ],
    },
  ]);
}

/** The pages of a box that is looked at by itself; what only the command centre has leads to the first. */
export function createBoxRouter() {
  return createBrowserRouter([
    { path: "/sign-in", element: <SignInPage />, errorElement: <Crash /> },
    {
      path: "/",
      element: <BoxShell />,
      hydrateFallbackElement: <></>,
      errorElement: <Crash />,
      children: [
        {
          errorElement: <PageCrash />,
          children: [
            { index: true, lazy: PAGES.offline },
            { path: "recordings/:id", lazy: PAGES.recordings },
            { path: "*", element: <Navigate to="/" replace /> },
          ],
        },
      ],
    },
  ]);
}
