import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Modal, Popconfirm, Space, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { UserView } from "../http/types";
import { MailForm } from "../session/MailForm";
import { SessionTable } from "../session/SessionTable";
import { ChangeRoleDialog } from "./ChangeRoleDialog";

/** What an administrator does about somebody's sign-in. */
export function UserActions({ user, onFailed }: { user: UserView; onFailed: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [changing, setChanging] = useState(false);
  const [writing, setWriting] = useState(false);
  const [looking, setLooking] = useState(false);
  const renew = () => client.invalidateQueries({ queryKey: keys.users });
  const toggle = useMutation({
    mutationFn: () => (user.disabled_at ? api.enableUser(user.username) : api.disableUser(user.username)),
    onError: onFailed,
    onSettled: renew,
  });
  const reset = useMutation({
    mutationFn: () => api.resetPassword(user.username),
    onError: onFailed,
    onSettled: renew,
  });
  return (
    <Space size="small">
      <Button size="small" onClick={() => setChanging(true)} data-testid={`change-${user.username}`}>
        {t("users.change")}
      </Button>
      {changing && <ChangeRoleDialog user={user} onClose={() => setChanging(false)} />}
      <Button size="small" onClick={() => setWriting(true)} data-testid={`mail-${user.username}`}>
        {t("mail.address")}
      </Button>
      <Modal
        open={writing}
        title={t("mail.of", { name: user.username })}
        footer={null}
        onCancel={() => setWriting(false)}
        width={420}
        destroyOnHidden
      >
        <MailForm mail={user.mail} username={user.username} onDone={() => setWriting(false)} />
      </Modal>
      <Button size="small" onClick={() => setLooking(true)} data-testid={`sessions-${user.username}`}>
        {t("sessions.title")}
      </Button>
      {user.has_password && (
        <Popconfirm
          title={t("users.resetAsk", { name: user.username })}
          okText={t("users.reset")}
          cancelText={t("action.cancel")}
          onConfirm={() => reset.mutate()}
        >
          <Button size="small" data-testid={`reset-${user.username}`}>
            {t("users.reset")}
          </Button>
        </Popconfirm>
      )}
      <Popconfirm
        title={t(user.disabled_at ? "users.enableAsk" : "users.disableAsk", { name: user.username })}
        okText={t(user.disabled_at ? "users.enable" : "users.disable")}
        cancelText={t("action.cancel")}
        onConfirm={() => toggle.mutate()}
      >
        <Button size="small" data-testid={`toggle-${user.username}`}>
          {t(user.disabled_at ? "users.enable" : "users.disable")}
        </Button>
      </Popconfirm>
      <Modal
        open={reset.isSuccess}
        title={t("users.resetDone", { name: user.username })}
        footer={null}
        onCancel={() => reset.reset()}
        destroyOnHidden
      >
        <Alert
          type="success"
          showIcon
          title={t("users.passwordOnce")}
          description={
            <Typography.Text code copyable data-testid="new-password">
              {reset.data?.password ?? ""}
            </Typography.Text>
          }
        />
        <p>{t("users.mustChange")}</p>
      </Modal>
      <SessionsDialog
        username={user.username}
        open={looking}
        onClose={() => setLooking(false)}
        onFailed={onFailed}
      />
    </Space>
  );
}

interface DialogProps {
  username: string;
  open: boolean;
  onClose: () => void;
  onFailed: () => void;
}

function SessionsDialog({ username, open, onClose, onFailed }: DialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const queryKey = keys.sessionsOf(username);
  const sessions = useQuery({ queryKey, queryFn: () => api.sessionsOf(username), enabled: open });
  const end = useMutation({
    mutationFn: () => api.endSessionsOf(username),
    onError: onFailed,
    onSettled: () => client.invalidateQueries({ queryKey }),
  });
  return (
    <Modal
      open={open}
      title={t("sessions.of", { name: username })}
      okText={t("sessions.endAll")}
      cancelText={t("action.done")}
      okButtonProps={{ disabled: !sessions.data?.items.length, danger: true }}
      confirmLoading={end.isPending}
      onOk={() => end.mutate()}
      onCancel={onClose}
      width={720}
      destroyOnHidden
    >
      {sessions.isError ? <p role="alert">{t("error.failed")}</p> : <SessionTable sessions={sessions.data?.items} />}
    </Modal>
  );
}
