import { EyeInvisibleOutlined, PictureOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { OrderDetail, PhotographView } from "../http/types";
import { afterPaint } from "../picture/painted";
import { useMay } from "../session/policy";
import { Exact } from "../time/TimeText";
import { earlierRounds, ofThisRound } from "./checking";
import styles from "./order.module.css";

interface Props {
  order: OrderDetail;
  onShown: (photograph: number) => void;
}

/** What was found beside what was done about it, so that whoever checks need not remember. */
export function BeforeAfter({ order, onShown }: Props) {
  const { t } = useTranslation();
  const now = ofThisRound(order);
  return (
    <div className={styles.sides}>
      <figure className={styles.half} data-testid="before">
        <figcaption className={styles.caption}>{t("order.before")}</figcaption>
        <Before order={order} />
      </figure>
      <figure className={styles.half} data-testid="after">
        <figcaption className={styles.caption}>
          {t("order.after")}
          {now[0] && (
            <span className={styles.muted}>
              {now[0].by} <Exact moment={now[0].at} />
            </span>
          )}
        </figcaption>
        <Photographs photographs={now} onShown={onShown} large />
      </figure>
    </div>
  );
}

/** What was sent back, or did not last. */
export function EarlierRounds({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  return (
    <>
      {earlierRounds(order).map(({ round, photographs }) => (
        <section key={round} className={styles.box}>
          <h2 className={styles.heading}>{t("order.round", { n: round + 1 })}</h2>
          <Photographs photographs={photographs} />
        </section>
      ))}
    </>
  );
}

function Before({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  const alert = order.sources.find((each) => each.alert)?.alert;
  if (!alert) return <p className={styles.said}>{order.text}</p>;
  if (!may("see_pictures")) return <Nothing text={t("notAllowed.pictures")} />;
  if (!alert.snapshot_url) return <Nothing text={t("queue.noStill")} />;
  return (
    <div className={styles.frame}>
      <Link to={`/alerts/${alert.id}`}>
        <img src={alert.snapshot_url} alt={t("order.before")} className={styles.picture} />
      </Link>
      <span className={styles.blurred}>
        <EyeInvisibleOutlined aria-hidden="true" /> {t("order.blurred")}
      </span>
    </div>
  );
}

interface PhotographsProps {
  photographs: readonly PhotographView[];
  onShown?: (photograph: number) => void;
  large?: boolean;
}

function Photographs({ photographs, onShown, large = false }: PhotographsProps) {
  const { t } = useTranslation();
  const may = useMay();
  if (photographs.length === 0) return <Nothing text={t("order.noPhotographs")} />;
  if (!may("see_pictures")) return <Nothing text={t("notAllowed.pictures")} />;
  return (
    <div className={large && photographs.length === 1 ? styles.frame : styles.grid}>
      {photographs.map((each, index) => (
        <a key={each.id} href={each.url} target="_blank" rel="noreferrer">
          <img
            src={each.url}
            width={each.width}
            height={each.height}
            alt={t("order.photographOf", { n: index + 1, by: each.by })}
            className={styles.picture}
            onLoad={() => afterPaint(() => onShown?.(each.id))}
            data-testid="photograph"
          />
        </a>
      ))}
    </div>
  );
}

function Nothing({ text }: { text: string }) {
  return (
    <div className={styles.nothing}>
      <PictureOutlined aria-hidden="true" /> {text}
    </div>
  );
}
