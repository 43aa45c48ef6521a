/* Keeps what was begun on this phone and hands it in when the command centre answers, from whichever
   page is open. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { Draft } from "./draft";
import { sendDraft } from "./sendDraft";
import { draftsOf, forgetDraft, keepDraft } from "./store";

const AGAIN_MS = 10_000;
const CHANNEL = "mingan-drafts";

interface Drafts {
  /** By the number of the order; null until they were read. */
  drafts: ReadonlyMap<number, Draft> | null;
  /** The phone keeps nothing: what is written lasts as long as the page. */
  keepsNothing: boolean;
  sending: number | null;
  /** Orders that were handed in while this page was open. */
  submitted: ReadonlySet<number>;
  /** Whether what waits does so for a sign-in. */
  needsSignIn: boolean;
  write: (draft: Draft) => Promise<void>;
  discard: (orderId: number) => Promise<void>;
}

const DraftsContext = createContext<Drafts | null>(null);

export function useDrafts(): Drafts {
  const drafts = useContext(DraftsContext);
  if (!drafts) throw new Error("useDrafts needs a DraftsProvider");
  return drafts;
}

/** Other pages of this browser are told, and read again. */
function useOtherTabs(reload: () => Promise<void>): () => void {
  const channel = useRef<BroadcastChannel | null>(null);
  useEffect(() => {
    const opened = new BroadcastChannel(CHANNEL);
    opened.onmessage = () => void reload();
    channel.current = opened;
    return () => {
      channel.current = null;
      opened.close();
    };
  }, [reload]);
  return useCallback(() => channel.current?.postMessage(null), []);
}

/** Runs when no other page of this browser does, where browsers can tell. */
async function alone(run: () => Promise<void>): Promise<void> {
  // Missing where the console is not served over HTTPS; sending twice is no harm then either.
  if (!("locks" in navigator)) return run();
  await navigator.locks.request(CHANNEL, { ifAvailable: true }, async (lock) => {
    if (lock) await run();
  });
}

interface Props {
  username: string;
  /** Without the network drafts are written and kept, and wait. */
  mayReach: boolean;
  children: ReactNode;
}

export function DraftsProvider({ username, mayReach, children }: Props) {
  const client = useQueryClient();
  const [drafts, setDrafts] = useState<ReadonlyMap<number, Draft> | null>(null);
  const [keepsNothing, setKeepsNothing] = useState(false);
  const [sending, setSending] = useState<number | null>(null);
  const [submitted, setSubmitted] = useState<ReadonlySet<number>>(() => new Set());
  const [needsSignIn, setNeedsSignIn] = useState(false);
  const running = useRef(false);

  const put = useCallback((draft: Draft) => {
    setDrafts((known) => new Map(known).set(draft.orderId, draft));
  }, []);
  const drop = useCallback((orderId: number) => {
    setDrafts((known) => new Map([...(known ?? [])].filter(([id]) => id !== orderId)));
  }, []);
  const reload = useCallback(
    () =>
      draftsOf(username).then(
        (found) => setDrafts(new Map(found.map((draft) => [draft.orderId, draft]))),
        () => {
          setKeepsNothing(true);
          setDrafts((known) => known ?? new Map());
        },
      ),
    [username],
  );
  const tellOthers = useOtherTabs(reload);

  const keep = useCallback(
    async (draft: Draft) => {
      put(draft);
      try {
        await keepDraft(draft);
        setKeepsNothing(false);
        tellOthers();
      } catch {
        setKeepsNothing(true);
      }
    },
    [put, tellOthers],
  );

  const forget = useCallback(
    async (orderId: number) => {
      drop(orderId);
      await forgetDraft(username, orderId).catch(() => undefined);
      tellOthers();
    },
    [drop, tellOthers, username],
  );

  const handIn = useCallback(
    async (draft: Draft) => {
      setSending(draft.orderId);
      const outcome = await sendDraft(draft, api, keep);
      setSending(null);
      void client.invalidateQueries({ queryKey: keys.orders });
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
      setSubmitted((known) => new Set(known).add(draft.orderId));
      await forget(draft.orderId);
    },
    [client, forget, keep],
  );

  const waiting = [...(drafts?.values() ?? [])].find(
    (draft) => draft.submission !== null && draft.refusal === null,
  );
  const run = useCallback(async () => {
    if (!waiting || !mayReach || running.current) return;
    running.current = true;
    try {
      await alone(async () => {
        // Another page may have handed it in, or its writer changed it there.
        const kept = keepsNothing ? [waiting] : await draftsOf(username);
        const fresh = kept.find(
          (draft) => draft.orderId === waiting.orderId && draft.submission === waiting.submission,
        );
        await (fresh ? handIn(fresh) : reload());
      });
    } finally {
      running.current = false;
    }
  }, [handIn, keepsNothing, mayReach, reload, username, waiting]);

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
    async (draft: Draft) => {
      setSubmitted((known) => new Set([...known].filter((id) => id !== draft.orderId)));
      await keep(draft);
    },
    [keep],
  );
  const value = useMemo(
    () => ({ drafts, keepsNothing, sending, submitted, needsSignIn, write, discard: forget }),
    [drafts, keepsNothing, sending, submitted, needsSignIn, write, forget],
  );
  return <DraftsContext value={value}>{children}</DraftsContext>;
}
