import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { ErrorPanel } from "../ui/ErrorPanel";
import { usePageTitle } from "../ui/usePageTitle";
import styles from "./AccountPage.module.css";
import { ChoosePasswordForm } from "./ChoosePasswordForm";
import { PushSection } from "./PushSection";
import { MailForm } from "../session/MailForm";
import { SessionTable } from "../session/SessionTable";
import { useSession } from "../session/useSession";

/** One's own password, and where one is signed in. */
export function Component() {
  const { t } = useTranslation();
  usePageTitle(t("nav.myAccount"));
  const me = useSession().data;
  const client = useQueryClient();
  const sessions = useQuery({ queryKey: keys.sessions, queryFn: () => api.sessions() });
  const mail = useQuery({ queryKey: keys.mail, queryFn: () => api.ownMail() });
  const end = useMutation({
    mutationFn: (sessionId: string) => api.endSession(sessionId),
    onSettled: () => client.invalidateQueries({ queryKey: keys.sessions }),
  });
  if (sessions.isError && !sessions.data) {
    return <ErrorPanel query={sessions} stillWorks={t("error.stillWorksCameras")} />;
  }
  return (
    <div className={styles.page} data-testid="account-page">
      <h1 className={styles.title}>{t("nav.myAccount")}</h1>
      <section>
        <h2 className={styles.section}>{t("sessions.title")}</h2>
        <p className={styles.note}>{t("sessions.note")}</p>
        {end.isError && <p role="alert">{t("sessions.notEnded")}</p>}
        <SessionTable
          sessions={sessions.data?.items}
          onEnd={(session) => end.mutate(session.session_id)}
        />
      </section>
      {mail.data && (
        <section>
          <h2 className={styles.section}>{t("mail.title")}</h2>
          <div className={styles.form}>
            <MailForm key={mail.data.mail} mail={mail.data.mail} />
          </div>
        </section>
      )}
      {me && <PushSection username={me.username} />}
      {me?.has_password && (
        <section>
          <h2 className={styles.section}>{t("password.title")}</h2>
          <div className={styles.form}>
            <ChoosePasswordForm />
          </div>
        </section>
      )}
    </div>
  );
}
