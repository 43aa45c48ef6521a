/* Keeps what was begun on this phone and hands it in when the command centre answers, from whichever
   page is open; whatever it is a draft of. */
import { useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { keys } from "../http/keys";
import type { Refusal } from "./draft";
import type { Outcome } from "./sendDraft";

const AGAIN_MS = 10_000;

export interface Kept {
  /** Name of the submission once it was asked for; null while it is written. */
  submission: string | null;
  refusal: Refusal | null;
}

export interface DraftKind<D extends Kept> {
  /** Among pages of this browser. */
  channel: string;
  idOf: (draft: D) => number;
  all: (username: string) => Promise<D[]>;
  keep: (draft: D) => Promise<void>;
  forget: (username: string, id: number) => Promise<void>;
  send: (draft: D, keep: (draft: D) => Promise<void>) => Promise<Outcome<D>>;
  /** What is read again once something was handed in. */
  invalidates: QueryKey;
}

export interface Drafts<D extends Kept> {
  /** By the number of what they are of; null until they were read. */
  drafts: ReadonlyMap<number, D> | null;
  /** The phone keeps nothing: what is written lasts as long as the page. */
  keepsNothing: boolean;
  sending: number | null;
  /** What was handed in while this page was open. */
  submitted: ReadonlySet<number>;
  /** Whether what waits does so for a sign-in. */
  needsSignIn: boolean;
  write: (draft: D) => Promise<void>;
  discard: (id: number) => Promise<void>;
}

/** Other pages of this browser are told, and read again. */
function useOtherTabs(name: string, reload: () => Promise<void>): () => void {
  const channel = useRef<BroadcastChannel | null>(null);
  useEffect(() => {
    const opened = new BroadcastChannel(name);
    opened.onmessage = () => void reload();
    channel.current = opened;
    return () => {
      channel.current = null;
      opened.close();
    };
  }, [name, reload]);
  return useCallback(() => channel.current?.postMessage(null), []);
}

/** Runs when no other page of this browser does, where browsers can tell. */
async function alone(name: string, run: () => Promise<void>): Promise<void> {
  // Missing where the console is not served over HTTPS; sending twice is no harm then either.
  if (!("locks" in navigator)) return run();
  await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock) await run();
  });
}

/**
 * @param kind Of what they are drafts; the same object each time.
 * @param mayReach Without the network drafts are written and kept, and wait.
 */
export function useKeptDrafts<D extends Kept>(
  kind: DraftKind<D>,
  username: string,
  mayReach: boolean,
): Drafts<D> {
  const client = useQueryClient();
  const [drafts, setDrafts] = useState<ReadonlyMap<number, D> | null>(null);
  const [keepsNothing, setKeepsNothing] = useState(false);
  const [sending, setSending] = useState<number | null>(null);
  const [submitted, setSubmitted] = useState<ReadonlySet<number>>(() => new Set());
  const [needsSignIn, setNeedsSignIn] = useState(false);
  const running = useRef(false);

  const put = useCallback(
    (draft: D) => setDrafts((known) => new Map(known).set(kind.idOf(draft), draft)),
    [kind],
  );
  const drop = useCallback((id: number) => {
    setDrafts((known) => new Map([...(known ?? [])].filter(([each]) => each !== id)));
  }, []);
  const reload = useCallback(
    () =>
      kind.all(username).then(
        (found) => setDrafts(new Map(found.map((draft) => [kind.idOf(draft), draft]))),
        () => {
          setKeepsNothing(true);
          setDrafts((known) => known ?? new Map());
        },
      ),
    [kind, username],
  );
  const tellOthers = useOtherTabs(kind.channel, reload);

  const keep = useCallback(
    async (draft: D) => {
      put(draft);
      try {
        await kind.keep(draft);
        setKeepsNothing(false);
        tellOthers();
      } catch {
        setKeepsNothing(true);
      }
    },
    [kind, put, tellOthers],
  );

  const forget = useCallback(
    async (id: number) => {
      drop(id);
      await kind.forget(username, id).catch(() => undefined);
      tellOthers();
    },
    [drop, kind, tellOthers, username],
  );

  const handIn = useCallback(
    async (draft: D) => {
      const id = kind.idOf(draft);
      setSending(id);
      const outcome = await kind.send(draft, keep);
      setSending(null);
      void client.invalidateQueries({ queryKey: kind.invalidates });
      if (outcome.kind === "waiting") {
        setNeedsSignIn(outcome.why === "signIn");
        if (outcome.why === "signIn") void client.invalidateQueries({ queryKey: keys.me });
        return;
      }
      setNeedsSignIn(false);
      if (outcome.kind === "refused") {
        await keep(outcome.draft);
        return;
      }
      setSubmitted((known) => new Set(known).add(id));
      await forget(id);
    },
    [client, forget, keep, kind],
  );

  const waiting = [...(drafts?.values() ?? [])].find(
    (draft) => draft.submission !== null && draft.refusal === null,
  );
  const run = useCallback(async () => {
    if (!waiting || !mayReach || running.current) return;
    running.current = true;
    try {
      await alone(kind.channel, async () => {
        // Another page may have handed it in, or its writer changed it there.
        const kept = keepsNothing ? [waiting] : await kind.all(username);
        const fresh = kept.find(
          (draft) =>
            kind.idOf(draft) === kind.idOf(waiting) && draft.submission === waiting.submission,
        );
        await (fresh ? handIn(fresh) : reload());
      });
    } finally {
      running.current = false;
    }
  }, [handIn, keepsNothing, kind, mayReach, reload, username, waiting]);

  useEffect(() => {
    void reload();
  }, [reload]);
  // A submission has a name of its own: a new one is tried at once, the same again after a while.
  const name = waiting?.submission;
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  }, [run]);
  useEffect(() => {
    if (!name || !mayReach) return undefined;
    const again = () => void latest.current();
    again();
    const timer = window.setInterval(again, AGAIN_MS);
    window.addEventListener("online", again);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener("online", again);
    };
  }, [name, mayReach]);

  const write = useCallback(
    async (draft: D) => {
      setSubmitted((known) => new Set([...known].filter((id) => id !== kind.idOf(draft))));
      await keep(draft);
    },
    [keep, kind],
  );
  return useMemo(
    () => ({ drafts, keepsNothing, sending, submitted, needsSignIn, write, discard: forget }),
    [drafts, keepsNothing, sending, submitted, needsSignIn, write, forget],
  );
}
