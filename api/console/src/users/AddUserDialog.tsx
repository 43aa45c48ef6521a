import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Form, Input, Modal, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { toProblem } from "../http/problem";
import type { UserCreate } from "../http/types";
import { useSession } from "../session/useSession";
import { RoleFields, toWrite, type RoleValues } from "./RoleFields";

const USERNAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
interface Fields extends RoleValues {
  username: string;
  mail?: string;
}

/** A new colleague; the password is made up by the server and shown once. */
export function AddUserDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form] = Form.useForm<Fields>();
  const own = useSession().data?.school ?? null;
  const create = useMutation({
    mutationFn: (user: UserCreate) => api.createUser(user),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.users }),
  });
  const close = () => {
    create.reset();
    form.resetFields();
    onClose();
  };
  const problem = create.error ? toProblem(create.error, undefined) : null;
  const made = create.data;
  return (
    <Modal
      open={open}
      title={t("users.add")}
      okText={made ? t("action.done") : t("users.create")}
      cancelText={t("action.cancel")}
      cancelButtonProps={made ? { style: { display: "none" } } : {}}
      onCancel={close}
      onOk={() => (made ? close() : form.submit())}
      confirmLoading={create.isPending}
      width={420}
      destroyOnHidden
    >
      {made ? (
        <Alert
          type="success"
          showIcon
          title={t("users.made", { name: made.username })}
          description={
            made.password && (
              <>
                <p>{t("users.passwordOnce")}</p>
                <Typography.Text code copyable data-testid="new-password">
                  {made.password}
                </Typography.Text>
              </>
            )
          }
        />
      ) : (
        <Form<Fields>
          form={form}
          layout="vertical"
          requiredMark={false}
          initialValues={own ? { role: "school_manager", school_id: own.school_id } : { role: "district_reviewer" }}
          onFinish={(fields) => 
            create.mutate({
              username: fields.username,
              mail: fields.mail?.trim() || null,
              ...toWrite(fields),
            })
          }
        >
          <Form.Item
            name="username"
            label={t("signIn.username")}
            extra={t("users.usernameRule")}
            rules={[{ required: true, pattern: USERNAME, message: t("users.usernameRule") }]}
          >
            <Input autoComplete="off" data-testid="new-username" />
          </Form.Item>
          <RoleFields />
          <Form.Item
            name="mail"
            label={t("mail.address")}
            extra={t("mail.rule")}
            rules={[{ type: "email", message: t("mail.invalid") }]}
          >
            <Input autoComplete="off" maxLength={254} data-testid="new-mail" />
          </Form.Item>
          {problem && (
            <Alert
              type="error"
              showIcon
              title={
                problem.code === "username_taken"
                  ? t("users.taken")
                  : problem.unreachable
                    ? t("error.unreachable")
                    : t("users.failed", { code: problem.code })
              }
            />
          )}
        </Form>
      )}
    </Modal>
  );
}
