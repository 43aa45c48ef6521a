import "./styles/tokens.css";
import "./styles/base.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { storedLanguage, storedTheme } from "./ui/preferences";
import { startI18n } from "./i18n";
import { isAtBox } from "./place/place";

document.documentElement.dataset.theme = storedTheme();
startI18n(storedLanguage());

// Only a built console has one; over plain HTTP browsers know none, and a box has none.
if (import.meta.env.PROD && !isAtBox() && "serviceWorker" in navigator) {
  void navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" }).catch(() => undefined);
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
