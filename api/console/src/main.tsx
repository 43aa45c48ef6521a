import "./styles/tokens.css";
import "./styles/base.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { storedLanguage, storedTheme } from "./ui/preferences";
import { startI18n } from "./i18n";

document.documentElement.dataset.theme = storedTheme();
startI18n(storedLanguage());

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
