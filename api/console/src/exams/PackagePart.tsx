import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { PackageView, ReleaseView, SittingView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { Exact } from "../time/TimeText";
import { CodeBlock } from "../ui/CodeBlock";
import { Hash } from "../ui/Hash";
import { useChange } from "../ui/useChange";
import styles from "./exams.module.css";
import { ReleaseItem } from "./ReleaseItem";

const MEGABYTE = 1_000_000;

interface Props {
  row: SittingView;
  sealed: PackageView | null;
  releases: ReleaseView[];
}

/** The package of a room: ordered from its box, sealed, verified, handed out by two people. */
export function PackagePart({ row, sealed, releases }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const [recipient, setRecipient] = useState("");
  const [reason, setReason] = useState("");
  const order = useChange(() => api.orderPackage(row.id), { invalidates: [keys.examKept, keys.examTables] });
  const ask = useChange(() => api.askRelease(sealed?.id ?? 0, recipient, reason), {
    invalidates: [keys.examKept],
    onDone: () => {
      setRecipient("");
      setReason("");
    },
  });
  const isMade = sealed?.state === "sealed" || sealed?.state === "collected";
  const isOpen = releases.some(({ state }) => state === "asked" || state === "agreed");
  const mayOrder = may("manage_exams") && row.seal === null && (sealed === null || sealed.state === "failed");
  return (
    <section className={styles.step}>
      <h3>{t("exam.package")}</h3>
      {sealed && (
        <div data-testid="exam-package" data-state={sealed.state}>
          <div>
            {term("exam_package_state", sealed.state)} <Exact moment={sealed.changed_at} className={styles.muted} />
          </div>
          {sealed.trouble && (
            <div>
              {term("exam_package_trouble", sealed.trouble)} {sealed.detail}
            </div>
          )}
          {isMade && sealed.chain_head && (
            <div className={styles.muted}>
              {t("exam.packageFacts", {
                n: sealed.segment_count ?? 0,
                size: ((sealed.size_bytes ?? 0) / MEGABYTE).toFixed(1),
              })}{" "}
              <Hash value={sealed.chain_head} />
            </div>
          )}
          {sealed.key_fingerprint && (
            <>
              <div className={styles.muted}>{t("exam.verifyHint", { folder: `package-${row.id}` })}</div>
              <CodeBlock text={`mingan exam verify package-${row.id} --key ${sealed.key_fingerprint}`} />
            </>
          )}
        </div>
      )}
      {mayOrder && (
        <>
          <p>{t("exam.packageHint")}</p>
          <Button
            type="primary"
            loading={order.isPending}
            disabled={row.cameras.length === 0}
            onClick={() => order.mutate(undefined)}
            data-testid="package-order"
          >
            {sealed ? t("exam.orderPackageAgain") : t("exam.orderPackage")}
          </Button>
        </>
      )}
      {releases.length > 0 && (
        <ul className={styles.items}>
          {releases.map((release) => (
            <ReleaseItem key={release.id} release={release} named={false} />
          ))}
        </ul>
      )}
      {isMade && !isOpen && may("manage_exams") && (
        <>
          <p>{t("exam.releaseHint")}</p>
          <div className={styles.line}>
            <Input
              value={recipient}
              maxLength={128}
              placeholder={t("exam.recipient")}
              aria-label={t("exam.recipient")}
              onChange={({ target }) => setRecipient(target.value)}
              data-testid="release-recipient"
            />
            <Input
              value={reason}
              maxLength={512}
              placeholder={t("exam.reason")}
              aria-label={t("exam.reason")}
              onChange={({ target }) => setReason(target.value)}
              data-testid="release-ask-reason"
            />
            <Button
              disabled={recipient.trim().length < 2 || reason.trim().length < 2}
              loading={ask.isPending}
              onClick={() => ask.mutate(undefined)}
              data-testid="release-ask"
            >
              {t("exam.askRelease")}
            </Button>
          </div>
        </>
      )}
    </section>
  );
}
