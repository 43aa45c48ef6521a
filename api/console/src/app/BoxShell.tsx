import { DisconnectOutlined, LinkOutlined, LogoutOutlined } from "@ant-design/icons";
import { Button, Skeleton } from "antd";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, Outlet, useLocation } from "react-router";

import { useOffline } from "../offline/useOffline";
import { useFreeKeys } from "../keyboard/useKeys";
import { pageNeeds, useMay } from "../session/policy";
import { useSession, useSignOut } from "../session/useSession";
import { formatExact } from "../time/format";
import { Brand } from "../ui/Brand";
import { ErrorPanel } from "../ui/ErrorPanel";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { StatePanel } from "../ui/StatePanel";
import { ThemeSwitch } from "../ui/ThemeSwitch";
import styles from "./Shell.module.css";

/** Everything behind the sign-in of a box: how it stands with the line, and the page. */
export function BoxShell() {
  const { t } = useTranslation();
  const session = useSession();
  const signOut = useSignOut();
  const may = useMay();
  const { pathname, search } = useLocation();
  useFreeKeys();
  if (session.isPending) {
    return (
      <div className={styles.waiting} aria-busy="true">
        <Skeleton active />
      </div>
    );
  }
  if (session.data === undefined) {
    return <ErrorPanel query={session} stillWorks={t("offline.stillWorks")} />;
  }
  if (session.data === null) {
    const next = pathname === "/" ? "" : `?next=${encodeURIComponent(pathname + search)}`;
    return <Navigate to={`/sign-in${next}`} replace />;
  }
  const needs = pathname === "/" ? null : pageNeeds(pathname);
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        {t("nav.skip")}
      </a>
      <header className={styles.bar}>
        <Link to="/" className={styles.home}>
          <Brand />
        </Link>
        <span className={styles.spacer} />
        <div className={styles.tools}>
          <LanguageSwitch />
          <ThemeSwitch />
          <Button
            type="text"
            size="small"
            icon={<LogoutOutlined />}
            onClick={() => void signOut()}
            aria-label={t("nav.signOut")}
            data-testid="box-sign-out"
          />
        </div>
      </header>
      <LineBanner />
      <main id="content" className={styles.content} tabIndex={-1}>
        {needs === null || may(needs) ? (
          <Suspense>
            <Outlet />
          </Suspense>
        ) : (
          <StatePanel testId="not-allowed" title={t("notAllowed.title")} text={t("offline.notAllowed")} />
        )}
      </main>
    </div>
  );
}

/** Since when the line is cut, and until when one can sign in without it. */
function LineBanner() {
  const { t } = useTranslation();
  const view = useOffline().data;
  if (!view) return null;
  const at = (moment: string | null) => (moment === null ? "" : formatExact(moment).slice(0, 16));
  return (
    <div
      className={view.is_cut ? `${styles.offline} hatched` : styles.offline}
      role="status"
      data-testid="line-banner"
      data-cut={view.is_cut}
    >
      {view.is_cut ? <DisconnectOutlined aria-hidden="true" /> : <LinkOutlined aria-hidden="true" />}
      <span>
        <strong>{t("offline.title")}</strong>{" "}
        {view.is_cut
          ? t("offline.cut", { at: at(view.heard_at), until: at(view.ends_at) })
          : t("offline.uncut")}
      </span>
    </div>
  );
}
