import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { toProblem, type Problem } from "../http/problem";
import { formatDuration } from "../time/format";

const MIN_LENGTH = 10;

interface Fields {
  current: string;
  chosen: string;
  again: string;
}

function wordsOf(t: TFunction, problem: Problem): string {
  if (problem.code === "wrong_password") return t("password.wrong");
  if (problem.code === "same_password") return t("password.same");
  if (problem.status === 429) {
    return t("signIn.rateLimitedFor", { time: formatDuration(t, problem.retryAfterS ?? 60) });
  }
  return problem.unreachable ? t("signIn.unreachable") : t("password.failed", { code: problem.code });
}

/** One's own password, and another in its place; signs out everywhere else. */
export function ChoosePasswordForm({ onChosen }: { onChosen?: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form] = Form.useForm<Fields>();
  const choose = useMutation({
    mutationFn: ({ current, chosen }: Fields) => api.choosePassword(current, chosen),
    onSuccess: (me) => {
      form.resetFields();
      client.setQueryData(keys.me, me);
      void client.invalidateQueries({ queryKey: keys.sessions });
      onChosen?.();
    },
  });
  return (
    <Form<Fields>
      form={form}
      layout="vertical"
      requiredMark={false}
      onFinish={(fields) => choose.mutate(fields)}
      data-testid="choose-password"
    >
      <Form.Item
        name="current"
        label={t("password.current")}
        rules={[{ required: true, message: t("signIn.passwordNeeded") }]}
      >
        <Input.Password autoComplete="current-password" data-testid="current-password" />
      </Form.Item>
      <Form.Item
        name="chosen"
        label={t("password.chosen")}
        extra={t("password.rule", { count: MIN_LENGTH })}
        rules={[
          { required: true, min: MIN_LENGTH, max: 256, message: t("password.rule", { count: MIN_LENGTH }) },
        ]}
      >
        <Input.Password autoComplete="new-password" data-testid="chosen-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t("password.again")}
        dependencies={["chosen"]}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              value === getFieldValue("chosen")
                ? Promise.resolve()
                : Promise.reject(new Error(t("password.differs"))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" data-testid="chosen-again" />
      </Form.Item>
      {choose.error && (
        <Form.Item>
          <Alert
            type="error"
            showIcon
            title={wordsOf(t, toProblem(choose.error, undefined))}
            data-testid="password-error"
          />
        </Form.Item>
      )}
      {choose.isSuccess && (
        <Form.Item>
          <Alert type="success" showIcon title={t("password.done")} data-testid="password-done" />
        </Form.Item>
      )}
      <Button type="primary" htmlType="submit" loading={choose.isPending} data-testid="password-submit">
        {t("password.submit")}
      </Button>
    </Form>
  );
}
