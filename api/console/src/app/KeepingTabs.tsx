import { DownOutlined } from "@ant-design/icons";
import { Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { NavLink, useLocation } from "react-router";

import { KEEPING_PAGES, mayOpen, useMay } from "../session/policy";
import styles from "./Shell.module.css";

/** The pages of those who keep the system: one as a tab, several behind one. */
export function KeepingTabs() {
  const { t } = useTranslation();
  const may = useMay();
  const { pathname } = useLocation();
  const pages = KEEPING_PAGES.filter((page) => mayOpen(`/${page}`, may));
  const link = (page: (typeof KEEPING_PAGES)[number], className?: string) => (
    <NavLink to={`/${page}`} className={className} data-testid={`nav-${page}`}>
      {t(`keeping.${page}`)}
    </NavLink>
  );
  if (pages.length < 2) return <>{pages.map((page) => <span key={page} className={styles.tabs}>{link(page, styles.tab)}</span>)}</>;
  const current = pages.find((page) => pathname.startsWith(`/${page}`));
  return (
    <Dropdown
      trigger={["click"]}
      menu={{ items: pages.map((page) => ({ key: page, label: link(page) })) }}
    >
      <button
        type="button"
        className={`${styles.tab} ${styles.menu}`}
        aria-current={current ? "page" : undefined}
        aria-haspopup="menu"
        data-testid="nav-keeping"
      >
        {t(current ? `keeping.${current}` : "nav.keeping")} <DownOutlined aria-hidden="true" />
      </button>
    </Dropdown>
  );
}
