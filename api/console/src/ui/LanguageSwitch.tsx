import { GlobalOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { usePreferences } from "./preferences";

/** Names the other language in that language, so that whoever needs it can read it. */
export function LanguageSwitch() {
  const { t } = useTranslation();
  const { language, setLanguage } = usePreferences();
  const other = language === "zh" ? "en" : "zh";
  return (
    <Button
      type="text"
      size="small"
      icon={<GlobalOutlined />}
      onClick={() => setLanguage(other)}
      aria-label={t("nav.switchLanguage")}
      data-testid="language-switch"
      lang={other === "zh" ? "zh-CN" : "en"}
    >
      {t("nav.otherLanguage")}
    </Button>
  );
}
