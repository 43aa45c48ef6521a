import { MoonOutlined, SunOutlined } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import { useTranslation } from "react-i18next";

import { usePreferences } from "./preferences";

export function ThemeSwitch() {
  const { t } = useTranslation();
  const { theme, setTheme } = usePreferences();
  const label = t(theme === "dark" ? "nav.toLight" : "nav.toDark");
  return (
    <Tooltip title={label}>
      <Button
        type="text"
        size="small"
        icon={theme === "dark" ? <SunOutlined /> : <MoonOutlined />}
        onClick={() => setTheme(theme === "dark" ? "light" : "dark")}
        aria-label={label}
        data-testid="theme-switch"
      />
    </Tooltip>
  );
}
