import { Button, Popconfirm, Space, Table, Tag } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { ChannelView, NoticeRuleView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useSchoolOptions } from "../schools/useSchoolOptions";
import { useChange } from "../ui/useChange";
import styles from "./notices.module.css";

interface Props {
  rows: NoticeRuleView[];
  channels: ChannelView[];
  loading: boolean;
  onEdit: (rule: NoticeRuleView) => void;
}

/** Of what whom. */
export function RuleTable({ rows, channels, loading, onEdit }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const remove = useChange((id: number) => api.deleteNoticeRule(id), {
    invalidates: [keys.notices],
  });
  const schools = useSchoolOptions();
  const schoolOf = (id: string) => schools.find(({ value }) => value === id)?.label ?? id;
  const nameOf = (id: number) => channels.find((each) => each.id === id)?.name ?? `${id}`;
  return (
    <Table<NoticeRuleView>
      rowKey="id"
      size="small"
      loading={loading}
      dataSource={rows}
      pagination={false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: t("notices.noRules") }}
      onRow={({ id }) =>
        ({ "data-testid": "notice-rule", "data-rule": id }) as React.HTMLAttributes<HTMLElement>
      }
      columns={[
        {
          title: t("notices.name"),
          key: "name",
          render: (_, row) => (
            <>
              <strong>{row.name}</strong> {!row.is_enabled && <Tag>{t("notices.off")}</Tag>}
            </>
          ),
        },
        {
          title: t("notices.events"),
          key: "events",
          render: (_, row) => (
            <div className={styles.line}>
              {row.events.map((each) => term("notice_event", each)).join(t("list.separator"))}
              <div className={styles.muted}>
                {row.risks.map((each) => term("risk", each)).join(t("list.separator"))}{" "}
                {row.school_ids.map(schoolOf).join(t("list.separator"))}
              </div>
            </div>
          ),
        },
        {
          title: t("notices.toWhom"),
          key: "to",
          render: (_, row) => (
            <div className={styles.line}>
              {[...row.channel_ids.map(nameOf), ...(row.to_school ? [t("notices.theSchool")] : [])].join(
                t("list.separator"),
              )}
              <div className={styles.muted}>
                {row.roles.map((each) => term("role", each)).join(t("list.separator"))}
              </div>
            </div>
          ),
        },
        {
          title: t("notices.when"),
          key: "when",
          render: (_, row) => (
            <>
              {row.hours_from ? `${row.hours_from}–${row.hours_to}` : t("notices.always")}
              {row.digest_min > 0 && (
                <div className={styles.muted}>{t("notices.collected", { n: row.digest_min })}</div>
              )}
            </>
          ),
        },
        {
          key: "actions",
          align: "right",
          render: (_, row) => (
            <Space>
              <Button size="small" onClick={() => onEdit(row)} data-testid="rule-edit">
                {t("notices.edit")}
              </Button>
              <Popconfirm
                title={t("notices.deleteRuleAsk")}
                okText={t("notices.delete")}
                cancelText={t("action.cancel")}
                onConfirm={() => remove.mutate(row.id)}
              >
                <Button size="small" danger data-testid="rule-delete">
                  {t("notices.delete")}
                </Button>
              </Popconfirm>
            </Space>
          ),
        },
      ]}
    />
  );
}
