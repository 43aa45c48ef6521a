import { useCallback, useState } from "react";

const KEY = "mingan.boxes";

/** Whether boxes and zones are drawn; remembered from alert to alert. */
export function useBoxes(): [boolean, (shown: boolean) => void] {
  const [shown, setShown] = useState(() => window.sessionStorage.getItem(KEY) !== "off");
  const change = useCallback((next: boolean) => {
    window.sessionStorage.setItem(KEY, next ? "on" : "off");
    setShown(next);
  }, []);
  return [shown, change];
}
