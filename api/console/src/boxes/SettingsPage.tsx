import { ArrowLeftOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { Problem } from "../http/problem";
import type { BoxSettings } from "../http/types";
import { schoolName } from "../schools/schoolName";
import { useMay } from "../session/policy";
import { ErrorPanel } from "../ui/ErrorPanel";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { useUnsaved } from "../ui/useUnsaved";
import { CameraFields } from "./settings/CameraFields";
import { SaveSettings } from "./settings/SaveSettings";
import { changesOf, draftOf, faultsOf, isChanged } from "./settings/settings";
import { SiteFields } from "./settings/SiteFields";
import styles from "./settings/settings.module.css";

const POLL_MS = 10_000;
const WAITING_MS = 2_000;

/** A box's calendar, names, recording days and budgets, as a form over its configuration. */
export function Component() {
  const { t } = useTranslation();
  const id = Number(useParams().id);
  const query = useQuery({
    queryKey: keys.boxSettings(id),
    queryFn: () => api.boxSettings(id),
    refetchInterval: ({ state }) => (state.data?.state === "pending" ? WAITING_MS : POLL_MS),
  });
  /** What is being changed stays what it was begun on, whatever is saved elsewhere meanwhile. */
  const [held, setHeld] = useState<BoxSettings | null>(null);
  const settings = held?.box_id === id ? held : query.data;
  usePageTitle(t("settings.title"), settings ? `${schoolName(settings.school)} · ${settings.box_name}` : "");
  if (query.isError && !settings) {
    const missing = query.error instanceof Problem && [404, 422].includes(query.error.status);
    return missing ? (
      <StatePanel
        testId="settings-none"
        title={t("configuration.none")}
        text={t("settings.noneText")}
        actions={<Link to="/boxes">{t("configuration.toBoxes")}</Link>}
      />
    ) : (
      <ErrorPanel query={query} stillWorks={t("configuration.stillWorks")} />
    );
  }
  if (!settings) return <Skeleton className={styles.page ?? ""} active paragraph={{ rows: 10 }} />;
  return (
    <div className={styles.page} data-testid="settings-page">
      <header className={styles.top}>
        <Link to="/boxes" aria-label={t("configuration.toBoxes")}>
          <ArrowLeftOutlined aria-hidden="true" />
        </Link>
        <h1>
          {t("settings.title")} · {schoolName(settings.school)} <code>{settings.box_name}</code>
        </h1>
        <span className={styles.muted} data-testid="settings-state" data-state={settings.state}>
          {t(`zones.state.${settings.state}`, { number: settings.version })}
        </span>
        <span className={styles.spacer} />
        <Link to={`/boxes/${id}/configuration`}>{t("zones.asYaml")}</Link>
      </header>
      {held !== null && query.data !== undefined && query.data.version > held.version && (
        <Alert type="warning" showIcon title={t("zones.newer", { number: query.data.version })} />
      )}
      <Form
        key={settings.version}
        begun={settings}
        onChanged={(changed) => setHeld(changed ? settings : null)}
        onDone={() => {
          setHeld(null);
          void query.refetch();
        }}
      />
      <Elsewhere settings={settings} />
    </div>
  );
}

interface FormProps {
  begun: BoxSettings;
  onChanged: (isChanged: boolean) => void;
  /** Saved, or given up for what somebody else saved. */
  onDone: () => void;
}

function Form({ begun, onChanged, onDone }: FormProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(begun));
  const [isTaken, setTaken] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const isReadOnly = begun.origin === "box" && !isTaken;
  const changed = isChanged(changesOf(begun, draft));
  const wrong = { faults: faultsOf(draft), told: changed ? [] : begun.problems };
  useUnsaved(changed);
  const change = (next: typeof draft) => {
    setDraft(next);
    onChanged(isChanged(changesOf(begun, next)));
  };
  return (
    <>
      {isReadOnly && (
        <Alert
          type="info"
          showIcon
          title={t("zones.local")}
          description={
            <Button size="small" onClick={() => setTaken(true)} data-testid="settings-take">
              {t("zones.take")}
            </Button>
          }
          data-testid="settings-local"
        />
      )}
      <SiteFields
        {...{ begun, draft, wrong, isReadOnly }}
        onChange={(values) => change({ ...draft, ...values })}
      />
      <CameraFields {...{ begun, draft, wrong, isReadOnly }} onChange={change} />
      <footer className={styles.foot}>
        <Button
          type="primary"
          disabled={isReadOnly || !changed || wrong.faults.size > 0}
          onClick={() => setSaving(true)}
          data-testid="settings-save"
        >
          {t("settings.save")}
        </Button>
        <Button disabled={!changed} onClick={() => change(draftOf(begun))} data-testid="settings-undo">
          {t("settings.undo")}
        </Button>
      </footer>
      {isSaving && (
        <SaveSettings
          begun={begun}
          draft={draft}
          onClose={() => setSaving(false)}
          onDone={() => {
            setDraft(draftOf(begun));
            setSaving(false);
            void client.invalidateQueries({ queryKey: keys.firstHour });
            onDone();
          }}
        />
      )}
    </>
  );
}

/** What is set on other pages, and where. */
function Elsewhere({ settings: { school } }: { settings: BoxSettings }) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <section className={styles.panel}>
      <h2>{t("settings.elsewhere")}</h2>
      <ul className={styles.elsewhere}>
        <li>
          <Link to={`/organisation?school=${encodeURIComponent(school.school_id)}`}>{t("settings.ofSchool")}</Link>
        </li>
        {may("manage_notices") && (
          <li>
            <Link to="/notices">{t("settings.ofNotices")}</Link>
          </li>
        )}
        <li>{t("settings.onBox")}</li>
      </ul>
    </section>
  );
}
