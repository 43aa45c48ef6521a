import {
  GlobalOutlined,
  LogoutOutlined,
  MoonOutlined,
  SafetyCertificateOutlined,
  SunOutlined,
  TeamOutlined,
  UserOutlined,
  VideoCameraOutlined,
} from "@ant-design/icons";
import { Button, Dropdown, type MenuProps } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, useLocation, useNavigate } from "react-router";

import { usePendingCount } from "../alerts/useAlerts";
import { isBlind } from "../camera/state";
import { useCameras } from "../camera/useCameras";
import { useToCheck } from "../order/useOrders";
import type { Me } from "../http/types";
import { useTerm } from "../i18n/terms";
import { HelpOverlay } from "../keyboard/HelpOverlay";
import { useMay } from "../session/policy";
import { useSignOut } from "../session/useSession";
import { useNarrow } from "../ui/useNarrow";
import { Brand } from "../ui/Brand";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { KeepingTabs } from "./KeepingTabs";
import { LiveIndicator } from "./LiveIndicator";
import { usePreferences } from "../ui/preferences";
import styles from "./Shell.module.css";
import { ThemeSwitch } from "../ui/ThemeSwitch";
import { schoolName } from "../schools/schoolName";

export function TopBar({ me }: { me: Me }) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const pending = usePendingCount();
  const toCheck = useToCheck();
  const narrow = useNarrow();
  const { pathname } = useLocation();
  const tabs = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone not all of them fit.
    tabs.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [pathname]);
  const { language, theme, setLanguage, setTheme } = usePreferences();
  const cameras = useCameras().data?.items ?? [];
  const blind = cameras.filter(isBlind).length;
  const alarmed = cameras.filter((camera) => camera.footage_alarms.length > 0).length;

  const items: MenuProps["items"] = [
    {
      key: "who",
      disabled: true,
      label: [me.username, term("role", me.role), schoolName(me.school)].filter(Boolean).join(" · "),
      icon: <UserOutlined />,
    },
    { key: "account", label: t("nav.myAccount"), icon: <SafetyCertificateOutlined /> },
    ...(may("attend_meetings")
      ? [{ key: "meetings", label: t("nav.meetings"), icon: <VideoCameraOutlined /> }]
      : []),
    ...(may("manage_people")
      ? [{ key: "users", label: t("nav.users"), icon: <TeamOutlined /> }]
      : []),
    ...(narrow
      ? [
          {
            key: "language",
            label: t("nav.otherLanguage"),
            icon: <GlobalOutlined />,
          },
          {
            key: "theme",
            label: t(theme === "dark" ? "nav.toLight" : "nav.toDark"),
            icon: theme === "dark" ? <SunOutlined /> : <MoonOutlined />,
          },
        ]
      : []),
    { type: "divider" },
    { key: "out", label: t("nav.signOut"), icon: <LogoutOutlined /> },
  ];
  const onMenu: MenuProps["onClick"] = ({ key }) => {
    if (key === "account") void navigate("/account");
    if (key === "meetings") void navigate("/meetings");
    if (key === "users") void navigate("/users");
    if (key === "language") setLanguage(language === "zh" ? "en" : "zh");
    if (key === "theme") setTheme(theme === "dark" ? "light" : "dark");
    if (key === "out") void signOut();
  };

  return (
    <header className={styles.bar}>
      <NavLink to="/" className={styles.home}>
        <Brand />
      </NavLink>
      <nav ref={tabs} className={styles.nav} aria-label={t("nav.main")}>
        {may("rectify_orders") && me.school && (
          <NavLink to="/tasks" className={styles.tab} data-testid="nav-tasks">
            {t("nav.tasks")}
          </NavLink>
        )}
        {may("view_alerts") && (
          <NavLink to="/" end className={styles.tab} data-testid="nav-queue">
          {t("nav.queue")}
          {pending > 0 && (
            <span className={styles.badge} data-testid="pending-count">
              {pending > 999 ? t("nav.manyPending") : pending}
            </span>
          )}
        </NavLink>
        )}
        {may("view_orders") && (
          <NavLink to="/orders" className={styles.tab} data-testid="nav-orders">
            {t("nav.orders")}
            {toCheck > 0 && (
              <span
                className={styles.badge}
                title={t("order.toCheck", { count: toCheck })}
                data-testid="to-check-count"
              >
                {toCheck}
              </span>
            )}
          </NavLink>
        )}
        {may("watch_live") && (
          <NavLink to="/live" className={styles.tab} data-testid="nav-live">
          {t("nav.live")}
        </NavLink>
        )}
        {may("view_cameras") && (
          <NavLink to="/cameras" className={styles.tab} data-testid="nav-cameras">
          {t("nav.cameras")}
          {blind > 0 && (
            <span
              className={`${styles.blindBadge} hatched`}
              title={t("blind.count", { count: blind })}
              data-testid="blind-count"
            >
              {blind}
            </span>
          )}
        </NavLink>
        )}
        {may("see_compliance") && (
          <NavLink to="/compliance" className={styles.tab} data-testid="nav-compliance">
            {t("nav.compliance")}
          </NavLink>
        )}
        {may("see_compliance") && (
          <NavLink to="/retention" className={styles.tab} data-testid="nav-retention">
          {t("nav.retention")}
          {alarmed > 0 && (
            <span
              className={styles.blindBadge}
              title={t("nav.footageAlarms", { count: alarmed })}
              data-testid="footage-alarm-count"
            >
              {alarmed}
            </span>
          )}
        </NavLink>
        )}
        {may("see_compliance") && (
          <NavLink to="/coverage" className={styles.tab} data-testid="nav-coverage">
          {t("nav.coverage")}
        </NavLink>
        )}
        {may("view_inspections") && (
          <NavLink to="/inspections" className={styles.tab} data-testid="nav-inspections">
          {t("nav.inspections")}
        </NavLink>
        )}
        {may("view_cameras") && (
          <NavLink to="/rules" className={styles.tab} data-testid="nav-rules">
          {t("nav.rules")}
        </NavLink>
        )}
        <KeepingTabs />
      </nav>
      <span className={styles.spacer} />
      <LiveIndicator />
      <div className={styles.tools}>
        <HelpOverlay />
        {!narrow && <LanguageSwitch />}
        {!narrow && <ThemeSwitch />}
        <Dropdown menu={{ items, onClick: onMenu }} trigger={["click"]} placement="bottomRight">
          <Button
            type="text"
            size="small"
            icon={<UserOutlined />}
            aria-label={t("nav.account", { name: me.username })}
            data-testid="user-menu"
          />
        </Dropdown>
      </div>
    </header>
  );
}
