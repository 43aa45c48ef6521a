import { Alert, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { CandidateView, DiscoveryView, ScanView } from "../../http/types";
import { type Choice, freeId, idsOf, isKnown, itemOf, withCameras } from "./addCameras";
import { Candidate } from "./Candidate";
import styles from "./discovery.module.css";

interface Props {
  box: DiscoveryView;
  scan: ScanView;
  /** The newest version's; null while the box told none. */
  text: string | null;
  onAdd: (text: string, added: readonly Choice[]) => void;
}

/** What was found, to be ticked, named and written into the configuration. */
export function CandidateList({ box, scan, text, onAdd }: Props) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const [cannot, setCannot] = useState(false);
  const known = new Set(
    scan.cameras.filter((each) => text !== null && isKnown(each, text)).map(({ key }) => key),
  );
  const wanted = scan.cameras.filter(({ key }) => chosen.has(key) && !known.has(key));
  const free = scan.cameras.filter((each) => each.main && each.yaml !== null && !known.has(each.key));
  const put = (changes: readonly (readonly [string, string | null])[]) => {
    const next = new Map(chosen);
    for (const [key, name] of changes) {
      if (name === null) next.delete(key);
      else next.set(key, name);
    }
    setChosen(next);
  };
  const names = wanted.map(({ key }) => chosen.get(key)?.trim() ?? "");
  const add = () => {
    if (text === null) return;
    const account = box.accounts.find(({ name }) => name === scan.account) ?? null;
    const added = choicesOf(wanted, names, text);
    const found = withCameras(text, added.map((each) => itemOf(each, account)));
    setCannot(found === null);
    if (found !== null) onAdd(found, added);
  };
  if (scan.cameras.length === 0) return null;
  return (
    <>
      <ul className={styles.candidates}>
        {scan.cameras.map((each) => (
          <Candidate
            key={each.key}
            boxId={box.box_id}
            begunAt={scan.begun_at}
            candidate={each}
            isKnown={known.has(each.key)}
            isChosen={chosen.has(each.key) && !known.has(each.key)}
            name={chosen.get(each.key) ?? ""}
            onChoose={(is) => put([[each.key, is ? proposed(each) : null]])}
            onName={(name) => put([[each.key, name]])}
          />
        ))}
      </ul>
      {cannot && <Alert type="error" showIcon title={t("discovery.cannotAdd")} />}
      {text === null && <Alert type="info" showIcon title={t("discovery.noText")} />}
      <footer className={styles.foot}>
        <Button
          size="small"
          disabled={free.length === 0}
          onClick={() => put(free.map((each) => [each.key, chosen.get(each.key) ?? proposed(each)]))}
          data-testid="discovery-all"
        >
          {t("discovery.all", { count: free.length })}
        </Button>
        <span className={styles.spacer} />
        <span className={styles.muted}>{t("discovery.addHint")}</span>
        <Button
          type="primary"
          disabled={text === null || wanted.length === 0 || names.includes("")}
          onClick={add}
          data-testid="discovery-add"
        >
          {t("discovery.add", { count: wanted.length })}
        </Button>
      </footer>
    </>
  );
}

function proposed({ name, address, channel }: CandidateView): string {
  return name || [address, channel].filter(Boolean).join(" ");
}

function choicesOf(wanted: readonly CandidateView[], names: readonly string[], text: string): Choice[] {
  const taken = idsOf(text);
  return wanted.map((candidate, at) => {
    const id = freeId(candidate.yaml ?? "", taken);
    taken.add(id);
    return { candidate, id, name: names[at] ?? "" };
  });
}
