import { Alert, App, Button, Popconfirm, Space, Table, Tag } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { ChannelTest, ChannelView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useChange } from "../ui/useChange";
import styles from "./notices.module.css";
import { schoolName } from "../schools/schoolName";

interface Props {
  rows: ChannelView[];
  loading: boolean;
  onEdit: (channel: ChannelView) => void;
}

/** Whereto; each can be tried, and shows what the peer answered. */
export function ChannelTable({ rows, loading, onEdit }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <Table<ChannelView>
      rowKey="id"
      size="small"
      loading={loading}
      dataSource={rows}
      pagination={false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: t("notices.noChannels") }}
      onRow={({ id }) =>
        ({ "data-testid": "channel", "data-channel": id }) as React.HTMLAttributes<HTMLElement>
      }
      columns={[
        {
          title: t("notices.name"),
          key: "name",
          render: (_, row) => (
            <>
              <strong>{row.name}</strong> {!row.is_enabled && <Tag>{t("notices.off")}</Tag>}
              <div className={styles.muted}>{term("channel_kind", row.kind)}</div>
            </>
          ),
        },
        {
          title: t("notices.toWhom"),
          key: "to",
          render: (_, { settings }) => (
            <div className={styles.line}>
              {settings.host ?? term("notice_outcome", "seal_broken")}
              <div className={styles.muted}>{settings.recipients.join(", ")}</div>
            </div>
          ),
        },
        {
          title: t("notices.of"),
          key: "school",
          render: (_, { school }) => schoolName(school) ?? t("notices.district"),
        },
        {
          key: "actions",
          align: "right",
          render: (_, row) => <Actions row={row} onEdit={onEdit} />,
        },
      ]}
    />
  );
}

function Actions({ row, onEdit }: { row: ChannelView; onEdit: Props["onEdit"] }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const options = { invalidates: [keys.notices] };
  const test = useChange(() => api.testNoticeChannel(row.id), {
    ...options,
    onDone: (told) =>
      void modal.info({
        title: t("notices.tested", { name: row.name }),
        content: <Answer told={told} />,
        okText: t("action.done"),
      }),
  });
  const remove = useChange(() => api.deleteNoticeChannel(row.id), options);
  return (
    <Space>
      <Button
        size="small"
        loading={test.isPending}
        onClick={() => test.mutate(undefined)}
        data-testid="channel-test"
      >
        {t("notices.test")}
      </Button>
      <Button size="small" onClick={() => onEdit(row)} data-testid="channel-edit">
        {t("notices.edit")}
      </Button>
      <Popconfirm
        title={t("notices.deleteChannelAsk")}
        okText={t("notices.delete")}
        cancelText={t("action.cancel")}
        onConfirm={() => remove.mutate(undefined)}
      >
        <Button size="small" danger data-testid="channel-delete">
          {t("notices.delete")}
        </Button>
      </Popconfirm>
    </Space>
  );
}

function Answer({ told }: { told: ChannelTest }) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <Alert
      type={told.outcome === "delivered" ? "success" : "error"}
      title={term("notice_outcome", told.outcome)}
      description={
        <div className={styles.line} data-testid="channel-answer">
          {told.status !== null && `${told.status} `}
          {told.answer || t("notices.noAnswer")}
          <div className={styles.muted}>{t("notices.tookMs", { n: told.took_ms })}</div>
        </div>
      }
    />
  );
}
