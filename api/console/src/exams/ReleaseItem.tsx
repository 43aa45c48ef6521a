import { DownloadOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { examPackageFile } from "../http/files";
import { keys } from "../http/keys";
import type { ReleaseView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { useSession } from "../session/useSession";
import { Exact } from "../time/TimeText";
import { useChange } from "../ui/useChange";
import styles from "./exams.module.css";

/** A request to hand a package out: who asked, who agreed, and the file once it is here. */
export function ReleaseItem({ release, named }: { release: ReleaseView; named: boolean }) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const me = useSession();
  const [reason, setReason] = useState("");
  const decide = useChange((agrees: boolean) => api.decideRelease(release.id, agrees, reason), {
    invalidates: [keys.examKept],
    onDone: () => setReason(""),
  });
  const isOwn = me.data?.username === release.asked_by;
  return (
    <li data-testid="exam-release" data-state={release.state}>
      {named && (
        <div>
          {release.of.exam} {release.of.session} {release.of.room} {release.of.room_name}
        </div>
      )}
      <div>
        {term("exam_release_state", release.state)} · {release.recipient} · {release.reason}
      </div>
      <div className={styles.muted}>
        {t("exam.askedBy", { by: release.asked_by })} <Exact moment={release.asked_at} />
        {release.decided_at && (
          <>
            {" · "}
            {t("exam.decidedBy", { by: release.decided_by, reason: release.decision_reason })}{" "}
            <Exact moment={release.decided_at} />
          </>
        )}
        {(release.state === "asked" || release.state === "agreed") && (
          <>
            {" · "}
            {t("exam.expires")} <Exact moment={release.expires_at} />
          </>
        )}
      </div>
      {release.state === "asked" && isOwn && <div className={styles.muted}>{t("exam.secondPerson")}</div>}
      {release.state === "asked" && !isOwn && may("release_holds") && (
        <div className={styles.line}>
          <Input
            value={reason}
            maxLength={512}
            placeholder={t("exam.decisionReason")}
            aria-label={t("exam.decisionReason")}
            onChange={({ target }) => setReason(target.value)}
            data-testid="release-reason"
          />
          <Button
            type="primary"
            disabled={reason.trim().length < 2}
            loading={decide.isPending}
            onClick={() => decide.mutate(true)}
            data-testid="release-agree"
          >
            {t("exam.agree")}
          </Button>
          <Button
            disabled={reason.trim().length < 2}
            loading={decide.isPending}
            onClick={() => decide.mutate(false)}
            data-testid="release-refuse"
          >
            {t("exam.refuse")}
          </Button>
        </div>
      )}
      {release.state === "agreed" && !release.is_ready && (
        <div className={styles.muted}>
          {t("exam.onItsWay", { here: release.segments_here, of: release.segment_count })}
        </div>
      )}
      {release.is_ready && may("manage_exams") && may("export") && (
        <Button size="small" icon={<DownloadOutlined />} href={examPackageFile(release.id)} download data-testid="release-fetch">
          {t("exam.fetch")}
        </Button>
      )}
    </li>
  );
}
