import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Form, Input, Modal, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { toProblem } from "../http/problem";
import type { Role, UserCreate } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useSession } from "../session/useSession";

const USERNAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** Roles by what they are given for; the rest is for places of a school, which cannot be given yet. */
const OF_DISTRICT: readonly Role[] = [
  "district_reviewer",
  "district_admin",
  "leader",
  "auditor",
  "engineer",
];
const OF_SCHOOL: readonly Role[] = ["school_manager", "leader", "auditor", "engineer"];
const GIVEN_BY_SCHOOLS: readonly Role[] = ["school_manager", "leader"];

interface Fields {
  username: string;
  role: Role;
  school_id?: string;
}

/** A new colleague; the password is made up by the server and shown once. */
export function AddUserDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const term = useTerm();
  const client = useQueryClient();
  const [form] = Form.useForm<Fields>();
  const own = useSession().data?.school ?? null;
  const schools = useQuery({ queryKey: keys.schools, queryFn: () => api.schools(), enabled: open });
  const school = Form.useWatch("school_id", form);
  const roles = own ? GIVEN_BY_SCHOOLS : school ? OF_SCHOOL : OF_DISTRICT;
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
          onFinish={(fields) => create.mutate({ ...fields, school_id: fields.school_id ?? null })}
        >
          <Form.Item
            name="username"
            label={t("signIn.username")}
            extra={t("users.usernameRule")}
            rules={[{ required: true, pattern: USERNAME, message: t("users.usernameRule") }]}
          >
            <Input autoComplete="off" data-testid="new-username" />
          </Form.Item>
          <Form.Item name="school_id" label={t("users.school")}>
            <Select
              allowClear={!own}
              placeholder={t("users.district")}
              options={(schools.data?.items ?? []).map(({ school_id, name_zh }) => ({
                value: school_id,
                label: name_zh,
              }))}
              onChange={(value?: string) =>
                form.setFieldValue("role", value ? "school_manager" : "district_reviewer")
              }
              data-testid="new-school"
            />
          </Form.Item>
          <Form.Item name="role" label={t("users.role")}>
            <Select
              options={roles.map((role) => ({ value: role, label: term("role", role) }))}
              data-testid="new-role"
            />
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
