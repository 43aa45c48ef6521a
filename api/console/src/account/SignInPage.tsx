import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useSearchParams } from "react-router";

import { usePreferences } from "../ui/preferences";
import { api } from "../http/api";
import { keys } from "../http/keys";
import { toProblem } from "../http/problem";
import { formatDuration } from "../time/format";
import { usePageTitle } from "../ui/usePageTitle";
import { isAtBox } from "../place/place";
import { safeReturnPath } from "./returnPath";
import { EntryPage } from "./EntryPage";
import styles from "./EntryPage.module.css";
import { useSession } from "../session/useSession";

interface Credentials {
  username: string;
  password: string;
}

/** Why the provider's word did not open the console. */
function troubleWords(t: TFunction, trouble: string): string {
  switch (trouble) {
    case "oidc_unmapped":
      return t("signIn.unmapped");
    case "oidc_disabled":
      return t("signIn.disabled");
    case "oidc_refused":
      return t("signIn.refused");
    case "oidc_expired":
      return t("signIn.expired");
    case "oidc_unavailable":
      return t("signIn.unavailable");
    default:
      return t("signIn.failed", { code: trouble });
  }
}

export function SignInPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const session = useSession();
  usePageTitle(t("signIn.submit"));
  const [params] = useSearchParams();
  const [form] = Form.useForm<Credentials>();
  const trouble = params.get("problem");
  const { language } = usePreferences();
  const oidc = useQuery({ queryKey: keys.ways, queryFn: () => api.ways() }).data?.oidc ?? null;
  const [expired] = useState(() => params.has("next"));

  const signIn = useMutation({
    mutationFn: ({ username, password }: Credentials) => api.login(username, password),
    onSuccess: (me) => client.setQueryData(keys.me, me),
    onError: (error) => {
      if (toProblem(error, undefined).status !== 401) return;
      form.setFieldValue("password", "");
      (form.getFieldInstance("password") as { focus?: () => void } | undefined)?.focus?.();
    },
  });

  if (session.data) return <Navigate to={safeReturnPath(params.get("next"))} replace />;

  const problem = signIn.error ? toProblem(signIn.error, undefined) : null;
  const message = problem
    ? problem.status === 401
      ? t("signIn.badCredentials")
      : problem.status === 429
        ? problem.retryAfterS === null
          ? t("signIn.rateLimited")
          : t("signIn.rateLimitedFor", { time: formatDuration(t, problem.retryAfterS) })
        : problem.unreachable
          ? t("signIn.unreachable")
          : problem.code === "offline_too_long"
            ? t("offline.tooLong")
          : problem.code === "offline_not_allowed"
            ? t("offline.notOpen")
          : t("signIn.failed", { code: problem.code })
    : null;

  return (
    <EntryPage tagline={t(isAtBox() ? "offline.tagline" : "brand.tagline")} data-testid="sign-in">
      {message ? (
        <Alert
          className={styles.alert}
          type={problem?.status === 401 ? "error" : "warning"}
          showIcon
          title={message}
          data-testid="sign-in-error"
          data-code={problem?.code}
        />
      ) : (
        expired &&
        !trouble && (
          <p className={styles.note} data-testid="sign-in-note">
            {t("signIn.keepsPlace")}
          </p>
        )
      )}
      {!message && trouble && (
        <Alert
          className={styles.alert}
          type="warning"
          showIcon
          title={troubleWords(t, trouble)}
          data-testid="sign-in-error"
          data-code={trouble}
        />
      )}
      <Form<Credentials>
        form={form}
        layout="vertical"
        requiredMark={false}
        size="large"
        onFinish={(values) => signIn.mutate(values)}
      >
        <Form.Item
          name="username"
          label={t("signIn.username")}
          rules={[{ required: true, message: t("signIn.usernameNeeded") }]}
        >
          <Input
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            // eslint-disable-next-line jsx-a11y/no-autofocus -- the page has one purpose
            autoFocus
            data-testid="username"
          />
        </Form.Item>
        <Form.Item
          name="password"
          label={t("signIn.password")}
          rules={[{ required: true, message: t("signIn.passwordNeeded") }]}
        >
          <Input.Password autoComplete="current-password" data-testid="password" />
        </Form.Item>
        <Button
          type="primary"
          htmlType="submit"
          block
          loading={signIn.isPending}
          data-testid="sign-in-submit"
        >
          {t("signIn.submit")}
        </Button>
      </Form>
      {oidc && (
        <Button
          block
          size="large"
          className={styles.other}
          href={`/api/v1/auth/oidc/start?next=${encodeURIComponent(safeReturnPath(params.get("next")))}`}
          data-testid="sign-in-oidc"
        >
          {t("signIn.with", { name: language === "zh" ? oidc.name_zh : oidc.name_en })}
        </Button>
      )}
      <p className={styles.foot}>{t(isAtBox() ? "offline.foot" : "signIn.foot")}</p>
    </EntryPage>
  );
}
