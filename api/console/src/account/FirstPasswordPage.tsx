import { Button } from "antd";
import { useTranslation } from "react-i18next";

import { Brand } from "../ui/Brand";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { ThemeSwitch } from "../ui/ThemeSwitch";
import { usePageTitle } from "../ui/usePageTitle";
import { ChoosePasswordForm } from "./ChoosePasswordForm";
import styles from "./SignInPage.module.css";
import { useSignOut } from "../session/useSession";

/** Instead of every page, as long as somebody else knows the password. */
export function FirstPasswordPage({ username }: { username: string }) {
  const { t } = useTranslation();
  const signOut = useSignOut();
  usePageTitle(t("password.first"));
  return (
    <div className={styles.page}>
      <div className={styles.switches}>
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <main className={styles.card} data-testid="first-password">
        <h1 className={styles.heading}>
          <Brand size={44} full />
        </h1>
        <p className={styles.tagline}>{t("password.firstWhy", { name: username })}</p>
        <ChoosePasswordForm />
        <p className={styles.foot}>
          <Button type="link" size="small" onClick={() => void signOut()}>
            {t("nav.signOut")}
          </Button>
        </p>
      </main>
    </div>
  );
}
