import { useEffect } from "react";

import type { Me } from "../http/types";
import { renew } from "./push";

/** Whoever turned push on in this browser has it in each of their sessions here. */
export function useRenewedPush(me: Me | null | undefined): void {
  const username = me && !me.password_must_change ? me.username : null;
  useEffect(() => {
    // What fails is tried at the next sign-in; My account shows whether it is on.
    if (username) void renew(username).catch(() => undefined);
  }, [username]);
}
