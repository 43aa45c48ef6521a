import { App } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";

/**
 * Asks before what was written is lost: the browser when the tab is closed or read anew, and we when a
 * link of the console leads away. What changes in the address behind the `?` leads nowhere else.
 */
export function useUnsaved(isChanged: boolean): void {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => isChanged && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (!isChanged) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isChanged]);
  useEffect(() => {
    if (blocker.state !== "blocked") return undefined;
    const { proceed, reset } = blocker;
    const asked = modal.confirm({
      title: t("unsaved.title"),
      content: t("unsaved.text"),
      okText: t("unsaved.leave"),
      okButtonProps: { danger: true },
      cancelText: t("unsaved.stay"),
      focusable: { autoFocusButton: "cancel" },
      onOk: () => proceed(),
      onCancel: () => reset(),
    });
    return () => asked.destroy();
  }, [blocker, modal, t]);
}
