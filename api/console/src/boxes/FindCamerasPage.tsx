import { ArrowLeftOutlined } from "@ant-design/icons";
import { Alert, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useParams } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { Problem } from "../http/problem";
import type { DiscoveryView, ScanStart } from "../http/types";
import { schoolName } from "../schools/schoolName";
import { ErrorPanel } from "../ui/ErrorPanel";
import { Refresh, type Reading } from "../ui/Refresh";
import { StatePanel } from "../ui/StatePanel";
import { useChange } from "../ui/useChange";
import { usePageTitle } from "../ui/usePageTitle";
import type { Draft } from "./configuration/draft";
import { Editor } from "./configuration/Editor";
import { BoxKey } from "./credentials/CredentialsPanel";
import { useCredentials } from "./credentials/useCredentials";
import type { Choice } from "./discovery/addCameras";
import { CandidateList } from "./discovery/CandidateList";
import styles from "./discovery/discovery.module.css";
import { NetworksForm } from "./discovery/NetworksForm";
import { Progress } from "./discovery/Progress";
import { SearchForm, type TypedAccount } from "./discovery/SearchForm";
import { sealedFor, startOf } from "./discovery/signingIn";
import { isOpen, useDiscovery, useNewestText } from "./discovery/useDiscovery";

/** Lets a box look for the cameras of its network; what is ticked becomes its configuration. */
export function Component() {
  const { t } = useTranslation();
  const id = Number(useParams().id);
  const query = useDiscovery(id);
  const box = query.data;
  usePageTitle(t("discovery.title"), box ? `${schoolName(box.school)} · ${box.box_name}` : "");
  if (query.isError && !box) {
    const missing = query.error instanceof Problem && [404, 422].includes(query.error.status);
    return missing ? (
      <StatePanel
        testId="discovery-not-found"
        title={t("configuration.notFound")}
        text={t("configuration.notFoundText")}
        actions={<Link to="/boxes">{t("configuration.toBoxes")}</Link>}
      />
    ) : (
      <ErrorPanel query={query} stillWorks={t("configuration.stillWorks")} />
    );
  }
  if (!box) return <Skeleton className={styles.page ?? ""} active paragraph={{ rows: 8 }} />;
  return <FindCameras key={id} box={box} query={query} />;
}

function FindCameras({ box, query }: { box: DiscoveryView; query: Reading }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [added, setAdded] = useState<readonly Choice[]>([]);
  /** Who signs in to what is added, while the page is open; the box alone keeps it. */
  const [account, setAccount] = useState<TypedAccount | null>(null);
  const [isSaved, setSaved] = useState(false);
  const credentials = useCredentials(box.box_id).data;
  const boxKey = credentials?.key.state === "allowed" && !credentials.is_revoked ? credentials.key.key : null;
  const invalidates = [keys.discovery(box.box_id)];
  const start = useChange((wish: ScanStart) => api.beginDiscovery(box.box_id, wish), { invalidates });
  const give = useChange(
    async () => {
      if (!account || !boxKey) return;
      for (const each of await sealedFor(added, account, boxKey)) await api.setCredential(box.box_id, each);
    },
    { invalidates: [keys.credentials(box.box_id), keys.firstHour] },
  );
  const stop = useChange(() => api.stopDiscovery(box.box_id), { invalidates });
  const text = useNewestText(box.box_id, box.newest).data?.text ?? null;
  // Rendered in the editor's place, which would ask whether what it wrote may be left.
  if (isSaved) return <Navigate to={`/first-hour?box=${box.box_id}`} />;
  if (draft !== null) {
    return (
      <div className={styles.page} data-testid="discovery-page">
        <Editor
          boxId={box.box_id}
          begun={draft}
          onClose={() => setDraft(null)}
          onSaved={() => give.mutate(undefined, { onSettled: () => setSaved(true) })}
        />
      </div>
    );
  }
  return (
    <div className={styles.page} data-testid="discovery-page">
      <header className={styles.top}>
        <Link to="/boxes" aria-label={t("configuration.toBoxes")}>
          <ArrowLeftOutlined aria-hidden="true" />
        </Link>
        <h1>
          {t("discovery.title")} · {schoolName(box.school)} <code>{box.box_name}</code>
        </h1>
        <span className={styles.spacer} />
        <Refresh query={query} />
        <Link to={`/boxes/${box.box_id}/configuration`}>{t("configuration.title")}</Link>
      </header>
      {!box.is_able && (
        <Alert type="warning" showIcon title={t("discovery.away")} data-testid="discovery-away" />
      )}
      {box.networks.length === 0 ? (
        <NetworksForm box={box} />
      ) : (
        !isOpen(box.scan) && (
          <>
            {credentials && boxKey === null && <BoxKey view={credentials} />}
            <SearchForm
              box={box}
              canSeal={boxKey !== null}
              isBusy={start.isPending}
              onStart={(wish, typed) => {
                setAccount(typed);
                void startOf(wish, typed, box.networks, boxKey).then((sealed) => start.mutate(sealed));
              }}
            />
          </>
        )
      )}
      {box.scan && (
        <>
          <Progress
            scan={box.scan}
            isStopping={stop.isPending}
            onStop={() => stop.mutate(undefined)}
          />
          <CandidateList
            key={box.scan.begun_at}
            box={box}
            scan={box.scan}
            text={text}
            onAdd={(changed, chosen) => {
              setAdded(chosen);
              setDraft({
                text: changed,
                reason: t("discovery.reason", { count: chosen.length }),
                seen: box.newest,
                told: null,
              });
            }}
          />
        </>
      )}
    </div>
  );
}
