import { DownloadOutlined } from "@ant-design/icons";
import { Button, Table, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { gapSpan, schoolTime } from "../footage/retention";
import { recoveredFile } from "../http/files";
import type { RecoveredRow } from "../http/types";
import { useMay } from "../session/policy";
import { formatDuration, secondsBetween } from "../time/format";
import { ErrorPanel } from "../ui/ErrorPanel";
import { usePreferences } from "../ui/preferences";
import { usePrinting } from "../ui/usePrinting";
import styles from "./district.module.css";
import { useRecovered } from "./useDistrict";

const AT_ONCE = 20;

/** What of a school's footage was fetched from a recorder or a card after an outage. */
export function SchoolRecovered({ schoolId }: { schoolId: string }) {
  const { t } = useTranslation();
  const { language } = usePreferences();
  const may = useMay();
  const isPrinting = usePrinting();
  const query = useRecovered(schoolId);
  const found = query.data;
  if (query.isError && !found) {
    return <ErrorPanel query={query} stillWorks={t("error.stillWorksRetention")} />;
  }
  if (!found) return null;
  const isTurned = found.items.length > AT_ONCE && !isPrinting;
  const columns: TableColumnsType<RecoveredRow> = [
    {
      title: t("retention.camera"),
      key: "camera",
      render: (_, { camera_key: key, name, span }) =>
        may("play_recordings") ? (
          <Link to={`/recordings/${key}?at=${encodeURIComponent(span.from_at)}`}>{name}</Link>
        ) : (
          name
        ),
    },
    {
      title: t("compliance.recovered.span"),
      key: "span",
      render: (_, { span }) => gapSpan(span, found.time_zone),
    },
    {
      title: t("compliance.recovered.length"),
      key: "length",
      align: "right",
      render: (_, { span }) => formatDuration(t, secondsBetween(span.from_at, span.to_at)),
    },
    {
      title: t("compliance.recovered.from"),
      key: "from",
      render: (_, { span }) => `${span.device}/${span.channel}`,
    },
    {
      title: t("compliance.recovered.at"),
      key: "at",
      render: (_, { span }) =>
        span.recovered_at ? schoolTime(span.recovered_at, found.time_zone) : t("compliance.notKnown"),
    },
  ];
  return (
    <section className={styles.section} data-testid="school-recovered">
      <h3 className={styles.caption}>
        {t("compliance.recovered.title")}{" "}
        {found.total > 0 && (
          <>
            <span className={styles.muted}>
              {t("compliance.recovered.sum", { count: found.total, length: formatDuration(t, found.total_s) })}
            </span>{" "}
            {may("export") && (
              <Button
                size="small"
                className={styles.noPrint}
                icon={<DownloadOutlined />}
                href={recoveredFile(schoolId, language)}
                download
                data-testid="recovered-export"
              >
                {t("retention.export")}
              </Button>
            )}
          </>
        )}
      </h3>
      <p className={styles.muted}>{t(found.total > 0 ? "compliance.recovered.proof" : "compliance.recovered.none")}</p>
      {found.total > 0 && (
        <Table<RecoveredRow>
          rowKey={({ camera_key: key, span }) => `${key} ${span.from_at} ${span.device}`}
          size="small"
          dataSource={found.items}
          columns={columns}
          pagination={isTurned ? { pageSize: AT_ONCE, showSizeChanger: false } : false}
          scroll={{ x: "max-content" }}
          onRow={() => ({ "data-testid": "recovered-row" }) as React.HTMLAttributes<HTMLElement>}
        />
      )}
      {found.total > found.items.length && (
        <p className={styles.muted}>{t("compliance.recovered.more", { n: found.items.length })}</p>
      )}
    </section>
  );
}
