/* Puts cameras that were found into the text of a configuration, whose remarks and order stay. */
import type { CandidateView, ScanAccount } from "../../http/types";

export interface Choice {
  candidate: CandidateView;
  id: string;
  name: string;
}

const ID = /^(?:\s*-)?\s+id:\s*["']?([a-z0-9][a-z0-9_-]*)/;
const CAMERAS = /^cameras:\s*(?:#.*)?$/;
const NO_CAMERAS = /^cameras:\s*\[\s*\]\s*(?:#.*)?$/;
const OF_CAMERAS = /^(?:\s|-(?:\s|$))/;
const BLANK = /^\s*(?:#.*)?$/;

/** Ids that a text has already, of whatever has one. */
export function idsOf(text: string): Set<string> {
  return new Set(text.split("\n").flatMap((line) => ID.exec(line)?.[1] ?? []));
}

/** The id a candidate proposes, with a number behind it where that is taken. */
export function freeId(yaml: string, taken: ReadonlySet<string>): string {
  const proposed = /^- id: (\S+)/.exec(yaml)?.[1] ?? "camera";
  if (!taken.has(proposed)) return proposed;
  for (let number = 2; ; number += 1) {
    const id = `${proposed.slice(0, 60)}-${number}`;
    if (!taken.has(id)) return id;
  }
}

/** Whether a text has the candidate's main stream already. */
export function isKnown(candidate: CandidateView, text: string): boolean {
  const url = candidate.main?.url;
  if (!url) return false;
  return text.split(/[\s'",\]}]+/).includes(url);
}

/** An item of `cameras`; strings are written as JSON, which YAML reads. */
export function itemOf({ candidate, id, name }: Choice, account: ScanAccount | null): string[] {
  const source = (candidate.yaml ?? "")
    .trimEnd()
    .split("\n")
    .filter((line) => !/^(?:- id|\s{2}name): /.test(line));
  const signsIn: string[] = [];
  if (account) {
    signsIn.push(`    username: ${JSON.stringify(account.username)}`);
    if (account.password_env) signsIn.push(`    password_env: ${JSON.stringify(account.password_env)}`);
    else if (account.password_file) {
      signsIn.push(`    password_file: ${JSON.stringify(account.password_file)}`);
    }
  }
  return [`- id: ${JSON.stringify(id)}`, `  name: ${JSON.stringify(name)}`, ...source, ...signsIn];
}

/** The text with more cameras at the end of its list; null where that is not written as a block. */
export function withCameras(text: string, items: readonly string[][]): string | null {
  const lines = text.split("\n");
  let start = lines.findIndex((line) => CAMERAS.test(line));
  if (start < 0) {
    start = lines.findIndex((line) => NO_CAMERAS.test(line));
    if (start < 0) return null;
    lines[start] = "cameras:";
  }
  let end = start + 1;
  for (let at = start + 1; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (BLANK.test(line)) continue;
    if (!OF_CAMERAS.test(line)) break;
    end = at + 1;
  }
  const first = lines.slice(start + 1, end).find((line) => !BLANK.test(line));
  const indent = /^ */.exec(first ?? "")?.[0] ?? "";
  const added = items.flat().map((line) => indent + line);
  return [...lines.slice(0, end), ...added, ...lines.slice(end)].join("\n");
}
