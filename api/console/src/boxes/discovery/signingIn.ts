/* Who signs in to what a search finds: sealed to the box's key, for the search and for each camera. */
import type { CredentialWrite, ScanStart } from "../../http/types";
import type { Choice } from "./addCameras";
import type { TypedAccount } from "./SearchForm";

/** A search with the account that was typed, which the box alone can read. */
export async function startOf(
  wish: ScanStart,
  typed: TypedAccount | null,
  networks: readonly string[],
  boxKey: string | null,
): Promise<ScanStart> {
  if (!typed || !boxKey) return wish;
  // It brings the cryptography along.
  const { sealSearch } = await import("../credentials/seal");
  return { ...wish, sealed: sealSearch({ networks, ...typed }, boxKey) };
}

/** The account for each camera that was added, at its own host; none where no stream is known. */
export async function sealedFor(
  added: readonly Choice[],
  typed: TypedAccount,
  boxKey: string,
): Promise<CredentialWrite[]> {
  const { sealCredential } = await import("../credentials/seal");
  return added.flatMap(({ candidate, id }) => {
    if (!candidate.main) return [];
    const { hostname: host } = new URL(candidate.main.url);
    const credential = { kind: "camera", name: id, host, ...typed } as const;
    return [{ kind: "camera", name: id, key: boxKey, sealed: sealCredential(credential, boxKey) }];
  });
}
