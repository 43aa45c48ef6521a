import { Button, Input, Table } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { CameraView } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { schoolName } from "../../schools/schoolName";
import { bySchool, knownKey } from "../../schools/schools";
import { SchoolSelect } from "../../schools/SchoolSelect";
import { FilterSelect } from "../../ui/FilterSelect";
import styles from "../zones.module.css";

/** As many as are asked for at once: the command centre takes no more. */
export const MOST_CAMERAS = 500;
const ON_A_PAGE = 20;

interface Props {
  cameras: readonly CameraView[];
  chosen: readonly number[];
  onChosen: (keys: number[]) => void;
}

/** Which cameras; what was chosen stays chosen while the list is narrowed. */
export function CameraChoice({ cameras, chosen, onChosen }: Props) {
  const { t } = useTranslation();
  const term = useTerm();
  const [school, setSchool] = useState<string | null>(null);
  const [rule, setRule] = useState<string | null>(null);
  const [text, setText] = useState("");
  const schools = bySchool(cameras);
  const key = knownKey(schools, school);
  const wanted = text.trim().toLowerCase();
  const shown = schools
    .filter((each) => key === null || each.key === key)
    .flatMap(({ rows }) => rows)
    .filter((camera) => rule === null || camera.rules.includes(rule))
    .filter(({ name, location, camera_id }) =>
      [name, location, camera_id].some((each) => each.toLowerCase().includes(wanted)),
    );
  const rules = [...new Set(cameras.flatMap((camera) => camera.rules))].sort();
  return (
    <>
      <div className={styles.bar}>
        <SchoolSelect groups={schools} value={key} onChange={setSchool} />
        <FilterSelect<string>
          aria-label={t("ruleSet.hasRule")}
          placeholder={t("ruleSet.hasRule")}
          popupMatchSelectWidth={false}
          value={rule}
          onChange={(next: string | undefined) => setRule(next ?? null)}
          options={rules.map((each) => ({ value: each, label: term("rules", each) }))}
        />
        <Input
          size="small"
          className={styles.search ?? ""}
          allowClear
          aria-label={t("ruleSet.search")}
          placeholder={t("ruleSet.search")}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <Button
          size="small"
          disabled={shown.length === 0}
          onClick={() => onChosen([...new Set([...chosen, ...shown.map(({ id }) => id)])])}
          data-testid="rule-set-all"
        >
          {t("ruleSet.chooseAll", { count: shown.length })}
        </Button>
        <Button size="small" disabled={chosen.length === 0} onClick={() => onChosen([])} data-testid="rule-set-none">
          {t("ruleSet.chooseNone")}
        </Button>
        <span className={styles.spacer} />
        <span className={chosen.length > MOST_CAMERAS ? styles.wrong : styles.muted} data-testid="rule-set-chosen">
          {t("ruleSet.chosen", { n: chosen.length, most: MOST_CAMERAS })}
        </span>
      </div>
      {/* Not one that scrolls: its hidden row of measures would have a second box to tick. */}
      <Table<CameraView>
        rowKey="id"
        size="small"
        dataSource={shown}
        pagination={{ pageSize: ON_A_PAGE, showSizeChanger: false, hideOnSinglePage: true, size: "small" }}
        locale={{ emptyText: t("ruleSet.noCamera") }}
        rowSelection={{
          selectedRowKeys: [...chosen],
          preserveSelectedRowKeys: true,
          onChange: (keys) => onChosen(keys.map(Number)),
          getTitleCheckboxProps: () => ({ "aria-label": t("ruleSet.choosePage") }),
          getCheckboxProps: ({ name }) => ({ "aria-label": name }),
        }}
        onRow={({ camera_id }) =>
          ({ "data-testid": "rule-set-row", "data-camera-id": camera_id }) as React.HTMLAttributes<HTMLElement>
        }
        columns={[
          { title: t("retention.camera"), dataIndex: "name" },
          { title: t("filter.school"), key: "school", render: (_, { school: of }) => schoolName(of) },
          {
            title: t("nav.rules"),
            key: "rules",
            render: (_, camera) => camera.rules.map((each) => term("rules", each)).join(t("list.separator")),
          },
        ]}
      />
    </>
  );
}
