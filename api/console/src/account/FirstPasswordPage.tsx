import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { usePageTitle } from "../ui/usePageTitle";
import { ChoosePasswordForm } from "./ChoosePasswordForm";
import { EntryPage } from "./EntryPage";
import styles from "./EntryPage.module.css";
import { useSignOut } from "../session/useSession";

/** Instead of every page, as long as somebody else knows the password. */
export function FirstPasswordPage({ username }: { username: string }) {
  const { t } = useTranslation();
  const signOut = useSignOut();
  usePageTitle(t("password.first"));
  return (
    <EntryPage tagline={t("password.firstWhy", { name: username })} data-testid="first-password">
      <ChoosePasswordForm />
      <p className={styles.foot}>
        <Button type="link" size="small" onClick={() => void signOut()}>
          {t("nav.signOut")}
        </Button>
      </p>
    </EntryPage>
  );
}
