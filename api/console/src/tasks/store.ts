/* Drafts in the browser's own database, which outlives the page; each belongs to one person. */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";

import type { Draft } from "./draft";
import type { FormDraft } from "./formDraft";

interface Schema extends DBSchema {
  drafts: { key: [string, number]; value: Draft; indexes: { username: string } };
  forms: { key: [string, number]; value: FormDraft; indexes: { username: string } };
}

let opened: Promise<IDBPDatabase<Schema>> | null = null;

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>("mingan-drafts", 2, {
    upgrade: (db, before) => {
      if (before < 1) {
        const drafts = db.createObjectStore("drafts", { keyPath: ["username", "orderId"] });
        drafts.createIndex("username", "username");
      }
      const forms = db.createObjectStore("forms", { keyPath: ["username", "formId"] });
      forms.createIndex("username", "username");
    },
    // Another page wants a newer form of it: let go, and open it anew when it is needed.
    blocking: (_current, _blocked, event) => {
      (event.target as IDBDatabase).close();
      opened = null;
    },
    terminated: () => {
      opened = null;
    },
  }).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

/** Nobody is given what another wrote. */
export async function draftsOf(username: string): Promise<Draft[]> {
  return (await database()).getAllFromIndex("drafts", "username", username);
}

/** Rejects when the phone has no room left, or keeps nothing. */
export async function keepDraft(draft: Draft): Promise<void> {
  await (await database()).put("drafts", draft);
}

export async function forgetDraft(username: string, orderId: number): Promise<void> {
  await (await database()).delete("drafts", [username, orderId]);
}

export async function formsOf(username: string): Promise<FormDraft[]> {
  return (await database()).getAllFromIndex("forms", "username", username);
}

export async function keepForm(draft: FormDraft): Promise<void> {
  await (await database()).put("forms", draft);
}

export async function forgetForm(username: string, formId: number): Promise<void> {
  await (await database()).delete("forms", [username, formId]);
}
