import { EditOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { SchoolView } from "../http/types";
import { useTerm } from "../i18n/terms";
import type { Named } from "./CommunityDialog";
import styles from "./organisation.module.css";
import { branches } from "./tree";
import { useBureau, useCommunities } from "./useOrganisation";

interface Props {
  schools: readonly SchoolView[];
  chosen: string | null;
  /** Opens the dialog that names the bureau or a community; null for who may not. */
  onName: ((named: Named) => void) | null;
}

/** Bureau, communities, schools. */
export function SchoolTree({ schools, chosen, onName }: Props) {
  const { t, i18n } = useTranslation();
  const term = useTerm();
  const bureau = useBureau().data;
  const communities = useCommunities().data?.items ?? [];
  const nameOf = (row: { name_zh: string; name_en?: string }) =>
    i18n.language === "en" && row.name_en ? row.name_en : row.name_zh;
  return (
    <nav className={styles.tree} aria-label={t("organisation.schools")} data-testid="school-tree">
      <div className={styles.bureau}>
        <strong>{(bureau && nameOf(bureau)) || t("organisation.unnamedBureau")}</strong>
        {onName && bureau && (
          <Button
            type="text"
            size="small"
            icon={<EditOutlined />}
            aria-label={t("organisation.nameBureau")}
            onClick={() => onName({ what: "bureau", row: bureau })}
            data-testid="name-bureau"
          />
        )}
      </div>
      <ul>
        {branches(communities, schools).map(({ community, schools: rows }) => (
          <li key={community?.community_id ?? ""} data-testid="community">
            <div className={styles.community}>
              <span>{community ? nameOf(community) : t("organisation.noCommunity")}</span>
              <span className={styles.count}>{rows.length}</span>
              {onName && community && (
                <Button
                  type="text"
                  size="small"
                  icon={<EditOutlined />}
                  aria-label={t("organisation.editCommunity", { name: nameOf(community) })}
                  onClick={() => onName({ what: "community", row: community })}
                />
              )}
            </div>
            <ul>
              {rows.map((school) => (
                <li key={school.school_id}>
                  <Link
                    to={`?school=${encodeURIComponent(school.school_id)}`}
                    className={styles.school}
                    aria-current={school.school_id === chosen ? "true" : undefined}
                    data-closed={school.closed_at !== null}
                    data-testid="school"
                  >
                    <span>{nameOf(school)}</span>
                    <span className={styles.muted}>
                      {school.closed_at
                        ? t("organisation.closed")
                        : school.type && term("school_type", school.type)}
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </nav>
  );
}
