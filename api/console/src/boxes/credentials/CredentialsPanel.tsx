import {
  CheckCircleOutlined,
  ClockCircleOutlined,
  CloseCircleOutlined,
  ExclamationCircleOutlined,
  KeyOutlined,
  MinusCircleOutlined,
} from "@ant-design/icons";
import { Alert, Button, Skeleton } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import type { CredentialsView, CredentialView } from "../../http/types";
import { useTerm } from "../../i18n/terms";
import { Ago } from "../../time/TimeText";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { StateMark } from "../../ui/StateMark";
import styles from "./credentials.module.css";
import { useCredentials } from "./useCredentials";

// They bring the cryptography along.
const AllowKeyDialog = lazy(() => import("./AllowKeyDialog"));
const CredentialDialog = lazy(() => import("./CredentialDialog"));

/** Whether user names and passwords of a box's cameras and recorders were set here; never which. */
export function CredentialsPanel({ boxId }: { boxId: number }) {
  const { t } = useTranslation();
  const query = useCredentials(boxId);
  return (
    <section className={styles.panel} data-testid="credentials" aria-labelledby="credentials-title">
      <h2 id="credentials-title">{t("credentials.title")}</h2>
      {query.isError && !query.data ? (
        <ErrorPanel query={query} stillWorks={t("credentials.stillWorks")} />
      ) : query.data ? (
        <Credentials view={query.data} />
      ) : (
        <Skeleton active paragraph={{ rows: 3 }} />
      )}
    </section>
  );
}

function Credentials({ view }: { view: CredentialsView }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<CredentialView | null>(null);
  const canSeal = view.key.state === "allowed" && !view.is_revoked;
  return (
    <>
      <p className={styles.muted}>{t("credentials.intro")}</p>
      <BoxKey view={view} />
      {view.items.length === 0 ? (
        <p className={styles.muted} data-testid="no-credentials">
          {t("credentials.none")}
        </p>
      ) : (
        <ul className={styles.list}>
          {view.items.map((item) => (
            <Item
              key={`${item.kind} ${item.name}`}
              item={item}
              canSeal={canSeal}
              onSet={() => setChosen(item)}
            />
          ))}
        </ul>
      )}
      {chosen && canSeal && view.key.key && (
        <Suspense>
          <CredentialDialog
            boxId={view.box_id}
            boxKey={view.key.key}
            item={chosen}
            onClose={() => setChosen(null)}
          />
        </Suspense>
      )}
    </>
  );
}

/** The key that is sealed to, and what is to be done before anything can be. */
export function BoxKey({ view }: { view: CredentialsView }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const { key, is_revoked } = view;
  if (is_revoked) {
    return <Alert type="warning" showIcon title={t("credentials.revoked")} data-testid="key-revoked" />;
  }
  if (key.state === "none") {
    return <Alert type="info" showIcon title={t("credentials.noKey")} data-testid="key-none" />;
  }
  if (key.state === "allowed") {
    return (
      <p className={styles.muted} data-testid="key-allowed">
        <KeyOutlined aria-hidden="true" /> {t("credentials.sealedTo")}{" "}
        <code className={styles.print}>{key.fingerprint}</code>
        {key.allowed_by && ` · ${t("credentials.allowedBy", { by: key.allowed_by })} `}
        {key.allowed_at && <Ago moment={key.allowed_at} />}
      </p>
    );
  }
  return (
    <>
      <Alert
        type="warning"
        showIcon
        title={t(key.state === "new" ? "credentials.newKey" : "credentials.changedKey")}
        data-testid={`key-${key.state}`}
        action={
          <Button size="small" type="primary" onClick={() => setOpen(true)} data-testid="key-look">
            {t("credentials.compare")}
          </Button>
        }
      />
      {isOpen && key.key && (
        <Suspense>
          <AllowKeyDialog
            boxId={view.box_id}
            boxKey={key.key}
            before={key.allowed_fingerprint}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}

const MARKS = {
  unset: { tone: "unknown", icon: MinusCircleOutlined },
  waiting: { tone: "noted", icon: ClockCircleOutlined },
  taken: { tone: "ok", icon: CheckCircleOutlined },
  refused: { tone: "gap", icon: CloseCircleOutlined },
  outdated: { tone: "gap", icon: ExclamationCircleOutlined },
} as const;

interface ItemProps {
  item: CredentialView;
  canSeal: boolean;
  onSet: () => void;
}

function Item({ item, canSeal, onSet }: ItemProps) {
  const { t } = useTranslation();
  const term = useTerm();
  const kind = term("credential_kind", item.kind);
  return (
    <li className={styles.item} data-testid="credential" data-name={item.name}>
      <span className={styles.what}>
        {kind} <strong>{item.title || item.name}</strong>{" "}
        {item.title && <code>{item.name}</code>}
        <span className={styles.host}>{item.host || t("credentials.noHost")}</span>
      </span>
      <StateMark
        {...MARKS[item.state]}
        word={term("credential_state", item.state)}
        testId="credential-state"
      />
      {item.why && <span className={styles.wrong}>{term("credential_refusal", item.why)}</span>}
      {item.set_at && (
        <span className={styles.muted}>
          {item.set_by} · <Ago moment={item.set_at} />
        </span>
      )}
      <span className={styles.spacer} />
      <Button
        size="small"
        disabled={!canSeal || item.host === ""}
        onClick={onSet}
        aria-label={t("credentials.setOf", { kind, name: item.title || item.name })}
        data-testid="credential-set"
      >
        {t(item.state === "unset" ? "credentials.set" : "credentials.setAnew")}
      </Button>
    </li>
  );
}
