import { VideoCameraOutlined, WarningOutlined } from "@ant-design/icons";
import { Checkbox, Input } from "antd";
import { useTranslation } from "react-i18next";

import { candidatePicture } from "../../http/files";
import type { CandidateStream, CandidateView } from "../../http/types";
import { isTerm, useTerm } from "../../i18n/terms";
import styles from "./discovery.module.css";

interface Props {
  boxId: number;
  candidate: CandidateView;
  /** When its search began: pictures of another search have the same numbers. */
  begunAt: string;
  isKnown: boolean;
  isChosen: boolean;
  name: string;
  onChoose: (isChosen: boolean) => void;
  onName: (name: string) => void;
}

/** A camera that was found: what it shows and streams, what is wrong, and whether it is wanted. */
export function Candidate({
  boxId,
  candidate,
  begunAt,
  isKnown,
  isChosen,
  name,
  onChoose,
  onName,
}: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const maker = candidate.maker.toLowerCase().replace(/[^a-z]/g, "");
  const what = [isTerm("maker", maker) ? term("maker", maker) : candidate.maker, candidate.model].filter(Boolean).join(" ");
  const title = [candidate.address, candidate.channel && t("discovery.channel", { channel: candidate.channel })]
    .filter(Boolean)
    .join(" · ");
  return (
    <li className={styles.candidate} data-testid="candidate" data-chosen={isChosen}>
      {candidate.has_picture ? (
        <img
          className={styles.picture}
          src={`${candidatePicture(boxId, candidate.number)}?at=${encodeURIComponent(begunAt)}`}
          alt={t("discovery.picture", { title })}
          loading="lazy"
        />
      ) : (
        <div className={`${styles.picture} hatched`} aria-hidden="true">
          <VideoCameraOutlined />
        </div>
      )}
      <div className={styles.facts}>
        <Checkbox
          checked={isChosen}
          disabled={isKnown || candidate.yaml === null}
          onChange={({ target }) => onChoose(target.checked)}
          data-testid="candidate-choose"
        >
          <strong>{title}</strong>
        </Checkbox>
        {what && <span className={styles.muted}>{what}</span>}
        {isKnown && <span className={styles.muted}>{t("discovery.known")}</span>}
        <Stream role={t("discovery.main")} stream={candidate.main} />
        <Stream role={t("discovery.sub")} stream={candidate.sub} />
        {candidate.troubles.map((trouble) => (
          <span key={trouble} className={styles.trouble}>
            <WarningOutlined aria-hidden="true" /> {term("find_trouble", trouble)}
            {trouble === "clock_wrong" &&
              candidate.clock_ahead_s !== null &&
              ` (${t("discovery.ahead", { seconds: Math.round(candidate.clock_ahead_s) })})`}
          </span>
        ))}
        {isChosen && (
          <Input
            size="small"
            value={name}
            maxLength={128}
            status={name.trim() ? "" : "error"}
            aria-label={t("discovery.name")}
            placeholder={t("discovery.name")}
            onChange={({ target }) => onName(target.value)}
            data-testid="candidate-name"
          />
        )}
      </div>
    </li>
  );
}

function Stream({ role, stream }: { role: string; stream: CandidateStream | null }) {
  const { t } = useTranslation();
  if (!stream) return null;
  const gop = typeof stream.gop_s === "number" ? t("discovery.gop", { seconds: stream.gop_s.toFixed(1) }) : "";
  return (
    <span className={styles.stream}>
      {role} {stream.codec.toUpperCase()} {stream.width}×{stream.height} ·{" "}
      {t("discovery.fps", { fps: stream.fps.toFixed(1) })}
      {gop && ` · ${gop}`}
    </span>
  );
}
