import {
  CheckCircleOutlined,
  CloseCircleOutlined,
  QuestionCircleOutlined,
} from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { ChainView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { formatExact } from "../time/format";
import { Hash } from "../ui/Hash";
import { StateMark } from "../ui/StateMark";
import { useChange } from "../ui/useChange";
import styles from "./audit.module.css";

const POLL_MS = 1000;

/** Whether the log is all that was written, as found when its chain was followed last. */
export function ChainState() {
  const { t } = useTranslation();
  /** When what is shown was found, at the moment somebody asked for it anew. */
  const [askedAfter, setAskedAfter] = useState<string | null>(null);
  const query = useQuery({
    queryKey: keys.chain,
    queryFn: () => api.chain(),
    refetchInterval: ({ state }) =>
      askedAfter !== null && (state.data?.checked?.at ?? "") === askedAfter ? POLL_MS : false,
  });
  const check = useChange(() => api.checkChain(), {
    invalidates: [keys.chain],
    onDone: (before) => setAskedAfter(before.checked?.at ?? ""),
  });
  const chain = query.data;
  if (!chain) return null;
  const isRunning = askedAfter !== null && (chain.checked?.at ?? "") === askedAfter;
  return (
    <section className={styles.chain} data-testid="chain" data-running={isRunning}>
      <Verdict chain={chain} />
      <span className={styles.spacer} />
      <Button
        size="small"
        loading={check.isPending || isRunning}
        onClick={() => check.mutate(undefined)}
        data-testid="chain-check"
      >
        {t("audit.check")}
      </Button>
    </section>
  );
}

function Verdict({ chain }: { chain: ChainView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const found = chain.checked;
  if (!found) {
    return (
      <StateMark tone="unknown" icon={QuestionCircleOutlined} word={t("audit.unchecked")} testId="chain-state" />
    );
  }
  const at = formatExact(found.at).slice(0, 19);
  if (found.fault !== null) {
    const what = term("audit_fault", found.fault).replace("{number}", String(found.number));
    return (
      <>
        <StateMark tone="gap" icon={CloseCircleOutlined} word={t("audit.broken")} testId="chain-state" />
        <strong data-testid="chain-fault" data-fault={found.fault} data-number={found.number}>
          {what}
        </strong>
        <span className={styles.muted}>{t("audit.checkedAt", { at })}</span>
      </>
    );
  }
  return (
    <>
      <StateMark tone="ok" icon={CheckCircleOutlined} word={t("audit.intact")} testId="chain-state" />
      <span>{t("audit.verifiedUntil", { number: found.count, at })}</span>
      <span className={styles.muted}>{t("audit.since", { count: chain.head_count - found.count })}</span>
      <Hash value={found.hash} />
    </>
  );
}
