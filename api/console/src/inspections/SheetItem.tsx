import { PictureOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { InspectionDetail, InspectionItem } from "../http/types";
import { useTerm } from "../i18n/terms";
import { Facts, Source } from "../inspection/Facts";
import { useMay } from "../session/policy";
import { Exact, Moment } from "../time/TimeText";
import { usePreferences } from "../ui/preferences";
import { HazardOrderMark } from "./HazardOrderMark";
import styles from "./inspections.module.css";

interface Props {
  item: InspectionItem;
  number: number;
  form: InspectionDetail;
}

/** An item with its answer, what was known then, and what became of what was found. */
export function SheetItem({ item, number, form }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const { language } = usePreferences();
  return (
    <li className={styles.item} data-testid="sheet-item" data-result={item.result ?? ""}>
      <div>
        <h2 className={styles.demand}>
          {number}. {item.demand[language]}
        </h2>
        <span className={styles.muted}>
          {term("inspection_rank", item.rank)} · <Source source={item.source} />
        </span>
        <Facts facts={item.facts} windowS={form.window_s} />
        {item.note && <p className={styles.note}>{item.note}</p>}
        {item.hazard && (
          <p className={styles.hazard}>
            <strong className={item.hazard.grade === "major" ? styles.major : undefined}>
              {term("hazard_grade", item.hazard.grade)}
            </strong>
            <span>
              {item.hazard.rectify_by
                ? t("inspection.rectifyBy", { day: item.hazard.rectify_by })
                : term("hazard_at_once", "at_once")}
            </span>
            <HazardOrderMark order={item.hazard.order} />
          </p>
        )}
        <Pictures item={item} />
      </div>
      <div className={styles.result}>
        <strong data-result={item.result ?? "none"}>
          {item.result ? term("inspection_result", item.result) : t("inspection.unanswered")}
        </strong>
        {item.answered_at && (
          <span className={styles.muted}>
            {item.answered_by} <Exact moment={item.answered_at} />
          </span>
        )}
      </div>
    </li>
  );
}

/** Nobody is blurred on them, so that they are opened on request, which is recorded. */
function Pictures({ item }: { item: InspectionItem }) {
  const { t } = useTranslation();
  const seesPictures = useMay()("see_pictures");
  const [shown, setShown] = useState(false);
  const count = item.photographs.length;
  if (count === 0) return null;
  if (!shown) {
    return (
      <Button
        size="small"
        className={styles.open}
        icon={<PictureOutlined />}
        disabled={!seesPictures}
        title={t("tasks.opensAreLogged")}
        onClick={() => setShown(true)}
        data-testid="open-photographs"
      >
        {t("inspection.photographs", { count })}
      </Button>
    );
  }
  return (
    <ul className={styles.pictures}>
      {item.photographs.map((photograph) => (
        <li key={photograph.id}>
          <img
            src={photograph.url}
            width={photograph.width}
            height={photograph.height}
            alt={t("inspection.photographBy", { by: photograph.by })}
          />
          <span className={styles.muted}>
            {photograph.by} <Moment moment={photograph.at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
