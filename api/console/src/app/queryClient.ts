import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

import { keys } from "../http/keys";
import { Problem } from "../http/problem";

/** A session that ended is one fact for the whole page, whichever call met it first. */
function noteExpiry(client: QueryClient, error: unknown): void {
  if (error instanceof Problem && error.status === 401 && error.code === "not_signed_in") {
    client.setQueryData(keys.me, null);
  }
}

export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: (error) => noteExpiry(client, error) }),
    mutationCache: new MutationCache({ onError: (error) => noteExpiry(client, error) }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: true,
        networkMode: "always",
        // What was waited for in vain already is not waited for twice more.
        retry: (count, error) =>
          error instanceof Problem && error.unreachable && !error.timedOut && count < 2,
        retryDelay: (count) => 1000 * 2 ** count,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
  return client;
}
