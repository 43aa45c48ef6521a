/* Wherever an alert is looked at, the same dialog gives it to whoever has to put it right. */
import { createContext, lazy, Suspense, useCallback, useContext, useState, type ReactNode } from "react";

import { useMay } from "../session/policy";

// The calendar is heavy and seldom needed.
const AssignDialog = lazy(() => import("./AssignDialog"));

const AssignContext = createContext<(alertId: string) => void>(() => undefined);

export function AssignProvider({ children }: { children: ReactNode }) {
  const may = useMay();
  const [alertId, setAlertId] = useState<string | null>(null);
  const open = useCallback(
    (id: string) => {
      if (may("assign_orders")) setAlertId(id);
    },
    [may],
  );
  return (
    <AssignContext value={open}>
      {children}
      {alertId !== null && (
        <Suspense>
          <AssignDialog key={alertId} alertId={alertId} onClose={() => setAlertId(null)} />
        </Suspense>
      )}
    </AssignContext>
  );
}

/** Opens the dialog for a confirmed alert. */
export function useAssigning(): (alertId: string) => void {
  return useContext(AssignContext);
}
