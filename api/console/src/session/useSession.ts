import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { Problem } from "../http/problem";
import type { Me } from "../http/types";

/** Who is signed in; `null` when nobody is. */
export function useSession() {
  return useQuery<Me | null>({
    queryKey: keys.me,
    queryFn: async () => {
      try {
        return await api.me();
      } catch (error) {
        if (error instanceof Problem && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 5 * 60_000,
  });
}

export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(async () => {
    const me = client.getQueryData<Me | null>(keys.me);
    await api.logout().catch(() => undefined);
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== "me" });
    client.setQueryData(keys.me, null);
    // Whom a provider vouches for would be in again without a word.
    if (me && !me.has_password) window.location.assign("/api/v1/auth/oidc/end");
  }, [client]);
}
