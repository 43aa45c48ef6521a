import { ArrowLeftOutlined } from "@ant-design/icons";
import { Button, Descriptions, Popconfirm, Tabs, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { SchoolView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { formatExact } from "../time/format";
import { useChange } from "../ui/useChange";
import { DutyTable } from "./DutyTable";
import { FLAGS } from "./fields";
import styles from "./organisation.module.css";
import { PlaceTable } from "./PlaceTable";
import { RegisterTable } from "./RegisterTable";
import { SchoolForm } from "./SchoolForm";
import { spansOf } from "./tree";

interface Props {
  school: SchoolView;
  /** What of it is looked at; stays when another school is chosen. */
  tab: string;
  onTab: (tab: string) => void;
  /** Back to the tree, where both do not fit. */
  onBack: (() => void) | null;
}

/** One school: what it is, its places, its cameras. */
export function SchoolPanel({ school, tab, onTab, onBack }: Props) {
  const { t, i18n } = useTranslation();
  const may = useMay();
  const [editing, setEditing] = useState(false);
  const toggle = useChange(
    () =>
      school.closed_at ? api.reopenSchool(school.school_id) : api.closeSchool(school.school_id),
    { invalidates: [keys.organisation, keys.cameras, keys.schools] },
  );
  const isEnglish = i18n.language === "en" && Boolean(school.name_en);
  const [name, other] = isEnglish
    ? [school.name_en, school.name_zh]
    : [school.name_zh, school.name_en];
  const organises = may("manage_organisation");
  return (
    <section className={styles.panel} data-testid="school-panel" data-school={school.school_id}>
      <header className={styles.head}>
        {onBack && (
          <Button
            type="text"
            icon={<ArrowLeftOutlined />}
            onClick={onBack}
            aria-label={t("organisation.back")}
            data-testid="school-back"
          />
        )}
        <h2 className={styles.name}>{name}</h2>
        {other && <span className={styles.muted}>{other}</span>}
        {school.closed_at && <Tag data-testid="school-closed">{t("organisation.closed")}</Tag>}
        {!school.is_described && <Tag>{t("organisation.notDescribed")}</Tag>}
        <span className={styles.spacer} />
        {organises && (
          <>
            <Button size="small" onClick={() => setEditing(true)} data-testid="edit-school">
              {t("action.edit")}
            </Button>
            <Popconfirm
              title={t(school.closed_at ? "organisation.reopenAsk" : "organisation.closeAsk")}
              okText={t(school.closed_at ? "organisation.reopen" : "organisation.close")}
              cancelText={t("action.cancel")}
              onConfirm={() => toggle.mutate(undefined)}
            >
              <Button size="small" danger={!school.closed_at} data-testid="close-school">
                {t(school.closed_at ? "organisation.reopen" : "organisation.close")}
              </Button>
            </Popconfirm>
          </>
        )}
      </header>
      <Facts school={school} />
      <Tabs
        activeKey={tab}
        onChange={onTab}
        items={[
          {
            key: "places",
            label: t("organisation.places"),
            children: <PlaceTable schoolId={school.school_id} />,
          },
          {
            key: "cameras",
            label: t("organisation.cameras", { n: school.camera_count }),
            children: <RegisterTable schoolId={school.school_id} />,
          },
          ...(may("view_orders")
            ? [
                {
                  key: "duties",
                  label: t("organisation.duties"),
                  children: <DutyTable schoolId={school.school_id} />,
                },
              ]
            : []),
        ]}
      />
      <SchoolForm open={editing} school={school} onClose={() => setEditing(false)} />
    </section>
  );
}

function Facts({ school }: { school: SchoolView }) {
  const { t } = useTranslation();
  const term = useTerm();
  const column = (key: string) => term("school_column", key);
  const flags = FLAGS.filter((flag) => school[flag]);
  const nothing = <span className={styles.muted}>{t("organisation.unwritten")}</span>;
  const items = [
    { key: "school_id", label: column("school_id"), children: <code>{school.school_id}</code> },
    { key: "code", label: column("code"), children: school.code ?? nothing },
    {
      key: "type",
      label: column("type"),
      children: school.type ? term("school_type", school.type) : nothing,
    },
    {
      key: "pupils",
      label: column("pupils"),
      children:
        school.pupils == null
          ? nothing
          : school.grade
            ? t("organisation.pupilsGrade", { n: school.pupils, grade: school.grade })
            : school.pupils,
    },
    { key: "time_zone", label: column("time_zone"), children: school.time_zone },
    {
      key: "flags",
      label: t("organisation.flags"),
      children: flags.length > 0 ? flags.map((flag) => <Tag key={flag}>{column(flag)}</Tag>) : nothing,
    },
    {
      key: "terms",
      label: column("terms"),
      children: <Lines lines={(school.terms ?? []).map((x) => `${x.name} ${x.first_day}~${x.last_day}`)} />,
    },
    {
      key: "holidays",
      label: column("holidays"),
      children: <Lines lines={spansOf(school.holidays ?? [])} />,
    },
    {
      key: "workdays",
      label: column("workdays"),
      children: <Lines lines={spansOf(school.workdays ?? [])} />,
    },
    {
      key: "memberships",
      label: t("organisation.memberships"),
      children: (
        <Lines
          lines={school.memberships.map((stay) =>
            t(stay.to_at ? "organisation.stayed" : "organisation.stays", {
              name: stay.name_zh,
              from: formatExact(stay.from_at).slice(0, 10),
              to: stay.to_at ? formatExact(stay.to_at).slice(0, 10) : "",
            }),
          )}
        />
      ),
    },
  ];
  return (
    <Descriptions
      size="small"
      column={{ xs: 1, md: 2, xl: 3 }}
      items={items}
      className={styles.facts ?? ""}
    />
  );
}

function Lines({ lines }: { lines: readonly string[] }) {
  const { t } = useTranslation();
  if (lines.length === 0) return <span className={styles.muted}>{t("organisation.unwritten")}</span>;
  return (
    <ul>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
