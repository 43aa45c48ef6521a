import { LeftOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { toProblem } from "../http/problem";
import type { OrderDetail } from "../http/types";
import { useTerm } from "../i18n/terms";
import { isWithSchool } from "../order/due";
import { useSession } from "../session/useSession";
import { Moment } from "../time/TimeText";
import { ErrorPanel } from "../ui/ErrorPanel";
import { StatePanel } from "../ui/StatePanel";
import { usePageTitle } from "../ui/usePageTitle";
import { AboutLine } from "./AboutLine";
import { aboutOf, maySubmit, newDraft } from "./draft";
import { KeptFacts } from "./DraftCards";
import { DraftMark } from "./DraftMark";
import { useDrafts } from "./DraftsProvider";
import { Editor } from "./Editor";
import { Photographs } from "./Photographs";
import { Refused } from "./Refused";
import { Steps } from "./Steps";
import { Still } from "./Still";
import styles from "./tasks.module.css";

/** One order as the school sees it: what is wrong, what was said about it, and handing in. */
export function Component() {
  const { t } = useTranslation();
  const id = Number(useParams()["id"]);
  const username = useSession().data?.username;
  const { drafts } = useDrafts();
  const query = useQuery({
    queryKey: keys.order(id),
    queryFn: () => api.order(id),
    enabled: Number.isSafeInteger(id),
  });
  usePageTitle(t("tasks.order", { id }), t("tasks.title"));
  const order = query.data;
  const kept = drafts?.get(id);
  const draft = kept ?? (order && username ? newDraft(username, order) : undefined);
  const isGone = query.isError && toProblem(query.error, undefined).status === 404;
  return (
    <article className={styles.page} data-testid="task-page" data-order={id} data-state={order?.state}>
      <Link to="/tasks" className={styles.back} data-testid="back-to-tasks">
        <LeftOutlined aria-hidden="true" /> {t("tasks.title")}
      </Link>
      {order && <Facts order={order} />}
      {!order && kept && <KeptFacts draft={kept} />}
      {query.isError && !order && !isGone && !kept && (
        <ErrorPanel query={query} stillWorks={t("tasks.stillWorks")} />
      )}
      {isGone && !kept && (
        <StatePanel testId="task-gone" title={t("tasks.gone")} text={t("tasks.goneText")} />
      )}
      {query.isPending && !kept && <Skeleton active />}
      <Refused order={order} draft={kept} />
      {order && <Photographs order={order} />}
      {order && <History order={order} />}
      {drafts && draft && (kept ? !order || maySubmit(order.steps) : order && maySubmit(order.steps)) && (
        <Editor draft={draft} version={order?.version ?? draft.version} />
      )}
      {order && !maySubmit(order.steps) && !kept && (
        <p className={styles.done}>
          <DraftMark orderId={id} draft={undefined} />
        </p>
      )}
    </article>
  );
}

function Facts({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const term = useTerm();
  const sentBack = [...order.history].reverse().find((entry) => entry.action === "return");
  const url = order.alert?.snapshot_url;
  return (
    <>
      {order.alert && <Still key={url} url={url} large />}
      <header className={styles.facts}>
        <AboutLine about={aboutOf(order)} isOpen={isWithSchool(order)} />
        <span className={styles.marks}>
          <span className={styles.state} data-testid="task-state">
            {term("order_state", order.state)}
          </span>
          {order.source_count > 1 && (
            <span className={styles.muted}>{t("tasks.sources", { count: order.source_count })}</span>
          )}
        </span>
        {order.text && order.alert && <p className={styles.words}>{order.text}</p>}
        {sentBack && isWithSchool(order) && (
          <p className={styles.sentBack} data-testid="sent-back">
            {t("tasks.sentBack", { by: sentBack.by ?? "", why: sentBack.note })}
          </p>
        )}
      </header>
      <Steps order={order} />
    </>
  );
}

function History({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const term = useTerm();
  return (
    <section>
      <h2 className={styles.section}>{t("tasks.history")}</h2>
      <ol className={styles.history} data-testid="task-history">
        {order.history.map((entry, number) => (
          <li key={number} data-action={entry.action}>
            <Moment moment={entry.at} className={styles.muted} />
            <span>
              {term("order_action", entry.action)}
              {entry.by && <span className={styles.muted}> {entry.by}</span>}
              {entry.note && <span className={styles.words}> {entry.note}</span>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
