import { QueryClientProvider } from "@tanstack/react-query";
import { App as AntdApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { useEffect, useState } from "react";
import { I18nextProvider } from "react-i18next";
import { RouterProvider } from "react-router/dom";

import { i18n } from "../i18n";
import { PreferencesProvider, usePreferences } from "../ui/preferences";
import { createQueryClient } from "./queryClient";
import { isAtBox } from "../place/place";
import { createBoxRouter, createRouter } from "./router";
import { antdTheme } from "../ui/theme";

function Themed() {
  const { language, theme } = usePreferences();
  const [router] = useState(() => (isAtBox() ? createBoxRouter() : createRouter()));
  useEffect(() => {
    dayjs.locale(language === "zh" ? "zh-cn" : "en");
  }, [language]);
  return (
    <ConfigProvider
      theme={antdTheme(theme)}
      locale={language === "zh" ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
    >
      <AntdApp component={false} message={{ maxCount: 3, top: 52 }}>
        <RouterProvider router={router} />
      </AntdApp>
    </ConfigProvider>
  );
}

export function App() {
  const [queryClient] = useState(createQueryClient);
  return (
    <QueryClientProvider client={queryClient}>
      <I18nextProvider i18n={i18n}>
        <PreferencesProvider>
          <Themed />
        </PreferencesProvider>
      </I18nextProvider>
    </QueryClientProvider>
  );
}
