import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Form, Modal } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { toProblem } from "../http/problem";
import type { UserView } from "../http/types";
import { RoleFields, toWrite, type RoleValues } from "./RoleFields";

/** Another role, school, places or last day for somebody; they sign in anew. */
export function ChangeRoleDialog({ user, onClose }: { user: UserView; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form] = Form.useForm<RoleValues>();
  const change = useMutation({
    mutationFn: (values: RoleValues) => api.changeUser(user.username, toWrite(values)),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.users });
      onClose();
    },
  });
  return (
    <Modal
      open
      title={t("users.changeOf", { name: user.username })}
      okText={t("users.save")}
      cancelText={t("action.cancel")}
      confirmLoading={change.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
      width={420}
    >
      <Form<RoleValues>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          role: user.role,
          school_id: user.school?.school_id,
          place_ids: user.places.map(({ id }) => id),
          ends_on: user.ends_at ? dayjs(user.ends_at) : null,
        }}
        onFinish={(values) => change.mutate(values)}
      >
        <RoleFields />
        {change.error && (
          <Alert
            type="error"
            showIcon
            title={t("users.failed", { code: toProblem(change.error, undefined).code })}
          />
        )}
      </Form>
    </Modal>
  );
}
