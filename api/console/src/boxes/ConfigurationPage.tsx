import {
  ArrowLeftOutlined,
  CloudServerOutlined,
  HddOutlined,
  QuestionCircleOutlined,
  UploadOutlined,
} from "@ant-design/icons";
import { Alert, App, Button, Skeleton, Upload } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { Problem } from "../http/problem";
import type { ConfigurationView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { schoolName } from "../schools/schoolName";
import { useUrlFilter } from "../schools/useUrlFilter";
import { Ago } from "../time/TimeText";
import { ErrorPanel } from "../ui/ErrorPanel";
import { Refresh, type Reading } from "../ui/Refresh";
import { StateMark } from "../ui/StateMark";
import { StatePanel } from "../ui/StatePanel";
import { useChange } from "../ui/useChange";
import { usePageTitle } from "../ui/usePageTitle";
import styles from "../configuration/configuration.module.css";
import { type Draft, MOST_CHARACTERS } from "./configuration/draft";
import { Editor } from "./configuration/Editor";
import { useConfiguration } from "./configuration/useConfiguration";
import { VersionList } from "./configuration/VersionList";
import { VersionPanel } from "./configuration/VersionPanel";
import { CredentialsPanel } from "./credentials/CredentialsPanel";

/** What one box is configured to do: its versions, and writing a new one. */
export function Component() {
  const { t } = useTranslation();
  const id = Number(useParams().id);
  const query = useConfiguration(id);
  const box = query.data;
  const name = box ? `${schoolName(box.school)} · ${box.box_name}` : "";
  usePageTitle(t("configuration.title"), name);
  if (query.isError && !box) {
    const missing = query.error instanceof Problem && [404, 422].includes(query.error.status);
    return missing ? (
      <StatePanel
        testId="configuration-not-found"
        title={t("configuration.notFound")}
        text={t("configuration.notFoundText")}
        actions={<Link to="/boxes">{t("configuration.toBoxes")}</Link>}
      />
    ) : (
      <ErrorPanel query={query} stillWorks={t("configuration.stillWorks")} />
    );
  }
  if (!box) return <Skeleton className={styles.page ?? ""} active paragraph={{ rows: 12 }} />;
  return <Configuration key={id} box={box} query={query} />;
}

function Configuration({ box, query }: { box: ConfigurationView; query: Reading }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [inUrl, setShown] = useUrlFilter("version");
  const [draft, setDraft] = useState<Draft | null>(null);
  const shown = Number(inUrl) || box.versions[0]?.number || null;
  const invalidates = [keys.configuration(box.box_id)];
  const restore = useChange(
    (number: number) =>
      api.restoreConfiguration(box.box_id, box.newest, number, t("configuration.restored", { number })),
    { invalidates, onDone: ({ version }) => setShown(String(version.number)) },
  );
  const edit = useChange((number: number) => api.configurationVersion(box.box_id, number), {
    invalidates: [],
    onDone: ({ text, version }) => {
      const told = version.problems.length > 0 ? { text, problems: version.problems } : null;
      setDraft({ text, reason: "", seen: box.newest, told });
    },
  });
  const take = async (file: File) => {
    const text = file.size <= 4 * MOST_CHARACTERS ? await file.text() : "";
    if (text === "" || text.length > MOST_CHARACTERS) {
      void message.error(t("configuration.noText"));
      return;
    }
    setDraft({ text, reason: "", seen: box.newest, told: null });
  };
  return (
    <div className={styles.page} data-testid="configuration-page">
      <Head box={box} query={query}>
        {draft === null && (
          <>
            <Upload
              accept=".yaml,.yml"
              showUploadList={false}
              beforeUpload={(file) => {
                void take(file);
                return false;
              }}
            >
              <Button size="small" icon={<UploadOutlined />} data-testid="configuration-import">
                {t("configuration.import")}
              </Button>
            </Upload>
            {shown !== null && (
              <Button
                size="small"
                type="primary"
                loading={edit.isPending}
                onClick={() => edit.mutate(shown)}
                data-testid="configuration-edit"
              >
                {t("configuration.editOf", { number: shown })}
              </Button>
            )}
          </>
        )}
      </Head>
      <Notices box={box} />
      {box.versions.length === 0 && draft === null && (
        <StatePanel
          testId="no-version"
          title={t("configuration.none")}
          text={t("configuration.noneText")}
        />
      )}
      <div className={styles.columns}>
        {box.versions.length > 0 && (
          <VersionList
            box={box}
            shown={draft === null ? shown : null}
            onShow={(number) => {
              setDraft(null);
              setShown(String(number));
            }}
            onRestore={(number) => restore.mutate(number)}
            isRestoring={restore.isPending}
          />
        )}
        {draft !== null ? (
          <Editor
            boxId={box.box_id}
            begun={draft}
            onClose={() => setDraft(null)}
            onSaved={({ version }) => {
              setDraft(null);
              setShown(String(version.number));
            }}
          />
        ) : (
          shown !== null && <VersionPanel key={shown} box={box} number={shown} />
        )}
      </div>
      {box.versions.length > 0 && <CredentialsPanel boxId={box.box_id} />}
    </div>
  );
}

const MARKS = {
  unknown: { tone: "unknown", icon: QuestionCircleOutlined },
  local: { tone: "noted", icon: HddOutlined },
  centre: { tone: "ok", icon: CloudServerOutlined },
} as const;

interface HeadProps {
  box: ConfigurationView;
  query: Reading;
  children: ReactNode;
}

function Head({ box, query, children }: HeadProps) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <header className={styles.top}>
      <Link to="/boxes" aria-label={t("configuration.toBoxes")}>
        <ArrowLeftOutlined aria-hidden="true" />
      </Link>
      <h1>
        {schoolName(box.school)} <code>{box.box_name}</code>
      </h1>
      <StateMark
        {...MARKS[box.management]}
        word={term("configuration_management", box.management)}
        testId="management"
      />
      {box.running !== null && (
        <span className={styles.muted} data-testid="running">
          {t("configuration.runs", { number: box.running })}
        </span>
      )}
      <span className={styles.spacer} />
      <Refresh query={query} />
      {children}
    </header>
  );
}

/** What a box that is away, awaited or its own master means for who writes here. */
function Notices({ box }: { box: ConfigurationView }) {
  const { t } = useTranslation();
  return (
    <>
      {!box.is_box_there && (
        <Alert type="warning" showIcon title={t("configuration.away")} data-testid="box-away" />
      )}
      {box.is_box_there && box.wanted !== null && (
        <Alert
          type="info"
          showIcon
          title={t("configuration.waiting", { number: box.wanted })}
          data-testid="box-awaited"
        />
      )}
      {box.management === "local" && (
        <p className={styles.muted}>
          {t("configuration.local")}
          {box.reported_at && (
            <>
              {" "}
              <Ago moment={box.reported_at} />
            </>
          )}
        </p>
      )}
    </>
  );
}
