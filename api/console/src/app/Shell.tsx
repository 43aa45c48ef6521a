import { Skeleton } from "antd";
import { lazy, Suspense, useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation, useNavigation } from "react-router";

import { useTerm } from "../i18n/terms";
import { LiveProvider } from "../live/LiveProvider";
import { AssignProvider } from "../order/AssignProvider";
import { UndoProvider } from "../alerts/review/UndoProvider";
import { useFreeKeys } from "../keyboard/useKeys";
import { FirstPasswordPage } from "../account/FirstPasswordPage";
import { lastPerson, useLastPerson } from "../session/lastPerson";
import { firstPage, pageNeeds, startPage, useMay } from "../session/policy";
import { useRenewedPush } from "../session/useRenewedPush";
import { useSession } from "../session/useSession";
import { toProblem } from "../http/problem";
import { DraftsProvider } from "../tasks/DraftsProvider";
import { ErrorPanel } from "../ui/ErrorPanel";
import { StatePanel } from "../ui/StatePanel";
import { CalledBanner } from "../meeting/CalledBanner";
import { OfflineBanner } from "./OfflineBanner";
import styles from "./Shell.module.css";
import { TopBar } from "./TopBar";
import { useOtherPages } from "./useOtherPages";

// Editors of orders and forms, seldom needed; the service worker keeps them like all others.
const OfflineTasks = lazy(() => import("../tasks/OfflineTasks"));

/** Where what was begun on a phone is shown without a network. */
const OFFLINE_PAGES = /^\/(tasks|start)/;

/** Everything behind the sign-in: top bar, live connection, the page itself. */
export function Shell() {
  const { t } = useTranslation();
  const term = useTerm();
  const session = useSession();
  const location = useLocation();
  const may = useMay();
  const needs = pageNeeds(location.pathname);
  const loading = useNavigation().state === "loading";
  useOtherPages(Boolean(session.data));
  useFreeKeys();
  useLastPerson(session.data);
  useRenewedPush(session.data);
  const { refetch } = session;
  const retry = useCallback(() => void refetch(), [refetch]);

  if (session.isPending) {
    return (
      <div className={styles.waiting} aria-busy="true">
        <Skeleton active />
      </div>
    );
  }
  if (session.data === undefined || (session.isError && !session.data)) {
    const person = OFFLINE_PAGES.test(location.pathname) ? lastPerson() : null;
    if (person && toProblem(session.error, undefined).unreachable) {
      return (
        <DraftsProvider username={person} mayReach={false}>
          <Suspense>
            <OfflineTasks retry={retry} />
          </Suspense>
        </DraftsProvider>
      );
    }
    return <ErrorPanel query={session} stillWorks={t("error.stillWorksNothing")} />;
  }
  if (session.data === null) {
    const here = `${location.pathname}${location.search}`;
    const next = here === "/" || here === "/start" ? "" : `?next=${encodeURIComponent(here)}`;
    return <Navigate to={`/sign-in${next}`} replace />;
  }
  if (session.data.password_must_change) return <FirstPasswordPage username={session.data.username} />;
  if (location.pathname === "/start") {
    return <Navigate to={startPage(may, session.data.school !== null)} replace />;
  }
  const first = firstPage(may);
  if (location.pathname === "/" && first !== "/") return <Navigate to={first} replace />;
  return (
    <LiveProvider>
      <DraftsProvider username={session.data.username} mayReach>
        <AssignProvider>
          <UndoProvider>
            <div className={styles.shell}>
              <a className={styles.skip} href="#content">
                {t("nav.skip")}
              </a>
              <TopBar me={session.data} />
              <OfflineBanner />
              <CalledBanner />
              <main id="content" className={styles.content} aria-busy={loading} tabIndex={-1}>
                {needs === null || may(needs) ? (
                  <Suspense>
                    <Outlet />
                  </Suspense>
                ) : (
                  <StatePanel
                    testId="not-allowed"
                    title={t("notAllowed.title")}
                    text={t("notAllowed.text", { role: term("role", session.data.role) })}
                  />
                )}
              </main>
            </div>
          </UndoProvider>
        </AssignProvider>
      </DraftsProvider>
    </LiveProvider>
  );
}
