/* Who signed in last on this phone, so that what they began can be shown to them without a network.
   A name and nothing else; it goes when they sign out or their session ends. */
import { useEffect } from "react";

import type { Me } from "../http/types";

const KEY = "mingan.person";

export function lastPerson(): string | null {
  try {
    return window.localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function rememberPerson(username: string | null): void {
  try {
    if (username === null) window.localStorage.removeItem(KEY);
    else window.localStorage.setItem(KEY, username);
  } catch {
    // Private windows may refuse: without a network there is nobody then.
  }
}

/** Follows who is signed in: nobody forgets the last one, and not knowing keeps them. */
export function useLastPerson(me: Me | null | undefined): void {
  const username = me === undefined ? undefined : (me?.username ?? null);
  useEffect(() => {
    if (username !== undefined) rememberPerson(username);
  }, [username]);
}
