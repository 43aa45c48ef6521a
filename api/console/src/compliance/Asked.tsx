import { useTranslation } from "react-i18next";

import type { Requirement } from "../http/types";
import { useTerm } from "../i18n/terms";
import { usePreferences } from "../ui/preferences";
import styles from "./district.module.css";

type Row = NonNullable<Requirement["least"]>;

/** How many days, and who asks for them; what nobody has read is said to be so. */
export function Asked({ requirement }: { requirement: Requirement }) {
  const { t } = useTranslation();
  const { least, most, unread, is_contradictory: contradicts, profiles } = requirement;
  return (
    <ul className={styles.asked} data-testid="asked">
      <li>
        {least ? t("compliance.least", { count: least.days }) : t("compliance.nothingAsked")}
        {least && <Source row={least} />}
      </li>
      {most && (
        <li>
          {t("compliance.most", { count: most.days })}
          <Source row={most} />
        </li>
      )}
      {unread && (
        <li>
          {t("compliance.unread", { count: unread.days })}
          <Source row={unread} />
        </li>
      )}
      {contradicts && <li className={styles.shout}>{t("compliance.contradiction")}</li>}
      {profiles.map((profile) => (
        <li key={profile.sha256} className={styles.muted}>
          {t("compliance.profile", { name: profile.profile, from: profile.from_day })}{" "}
          <a
            href={`/api/v1/compliance/profiles/${profile.sha256}`}
            target="_blank"
            rel="noreferrer"
            className={styles.noPrint}
          >
            {t("compliance.profileText")}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Source({ row }: { row: Row }) {
  const { t } = useTranslation();
  const term = useTerm();
  const { language } = usePreferences();
  if (!row.text) {
    return <span className={styles.source}>{t("compliance.ofBureau", { reason: row.reason, by: row.by })}</span>;
  }
  return (
    <span className={styles.source}>
      {row.text[language]} {row.clause}{" "}
      {row.reading && <span className={styles.reading}>{term("reading", row.reading)}</span>}
    </span>
  );
}
