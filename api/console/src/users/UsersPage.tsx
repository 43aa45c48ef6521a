import { useQuery } from "@tanstack/react-query";
import { Button, Table } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { UserView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useSession } from "../session/useSession";
import { Ago, Moment } from "../time/TimeText";
import { ErrorPanel } from "../ui/ErrorPanel";
import { usePageTitle } from "../ui/usePageTitle";
import { AddUserDialog } from "./AddUserDialog";
import { UserActions } from "./UserActions";
import styles from "./users.module.css";
import { schoolName } from "../schools/schoolName";

export function Component() {
  const { t } = useTranslation();
  const term = useTerm();
  usePageTitle(t("nav.users"));
  const [adding, setAdding] = useState(false);
  const users = useQuery({ queryKey: keys.users, queryFn: () => api.users() });

  const [failed, setFailed] = useState(false);
  const me = useSession().data?.username;
  if (users.isError && !users.data) {
    return <ErrorPanel query={users} stillWorks={t("error.stillWorksCameras")} />;
  }
  return (
    <div className={styles.page} data-testid="users-page">
      <header className={styles.head}>
        <h1 className={styles.title}>{t("nav.users")}</h1>
        <Button type="primary" onClick={() => setAdding(true)} data-testid="add-user">
          {t("users.add")}
        </Button>
      </header>
      {failed && <p role="alert">{t("users.notChanged")}</p>}
      <Table<UserView>
        rowKey="username"
        size="small"
        loading={users.isPending}
        dataSource={users.data?.items ?? []}
        pagination={false}
        scroll={{ x: "max-content" }}
        columns={[
          { title: t("signIn.username"), dataIndex: "username" },
          { title: t("users.role"), dataIndex: "role", render: (role: string) => term("role", role) },
          {
            title: t("users.school"),
            dataIndex: "school",
            render: (school: UserView["school"], user) =>
              [schoolName(school) ?? t("users.district"), ...user.places.map(({ name }) => name)].join(" · "),
          },
          { title: t("mail.address"), dataIndex: "mail" },
          {
            title: t("users.endsOn"),
            dataIndex: "ends_at",
            render: (moment: string | null) => moment && <Moment moment={moment} />,
          },
          {
            title: t("users.created"),
            dataIndex: "created_at",
            render: (moment: string) => <Moment moment={moment} />,
          },
          {
            title: t("users.lastSignIn"),
            dataIndex: "last_sign_in_at",
            render: (moment: string | null) => (moment ? <Ago moment={moment} /> : t("users.never")),
          },
          {
            key: "state",
            render: (_: unknown, user) =>
              user.username !== me && <UserActions user={user} onFailed={() => setFailed(true)} />,
          },
        ]}
      />
      <AddUserDialog open={adding} onClose={() => setAdding(false)} />
    </div>
  );
}
