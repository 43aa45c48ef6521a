import { useQuery } from "@tanstack/react-query";
import { Select, Table } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { OrderSubject } from "../http/types";
import { useTerm } from "../i18n/terms";
import { SUBJECTS } from "../order/filters";
import { useDuties } from "../order/useOrders";
import { useMay } from "../session/policy";
import { useChange } from "../ui/useChange";
import styles from "./organisation.module.css";

/** Who answers for what at a school; work orders are proposed to them. */
export function DutyTable({ schoolId }: { schoolId: string }) {
  const { t } = useTranslation();
  const term = useTerm();
  const gives = useMay()("assign_orders");
  const duties = useDuties();
  const people = useQuery({
    queryKey: keys.assignees(schoolId),
    queryFn: () => api.assignees(schoolId),
    enabled: gives,
  });
  const put = useChange(
    ({ subject, username }: { subject: OrderSubject; username: string | null }) =>
      api.putDuty(schoolId, subject, username),
    { invalidates: [keys.duties, keys.orders] },
  );
  const holder = (subject: OrderSubject) =>
    duties.data?.items.find((each) => each.school_id === schoolId && each.subject === subject)
      ?.username ?? null;
  const nobody = <span className={styles.muted}>{t("order.nobody")}</span>;
  return (
    <>
      <p className={styles.muted}>{t("organisation.dutiesWhat")}</p>
      <Table<{ subject: OrderSubject }>
        rowKey="subject"
        size="small"
        loading={duties.isPending}
        dataSource={SUBJECTS.map((subject) => ({ subject }))}
        pagination={false}
        columns={[
          {
            title: t("assign.subject"),
            dataIndex: "subject",
            render: (subject: OrderSubject) => term("order_subject", subject),
          },
          {
            title: t("order.responsible"),
            key: "username",
            render: (_, { subject }) =>
              gives ? (
                <Select<string>
                  allowClear
                  style={{ width: 220, maxWidth: "100%" }}
                  loading={people.isPending}
                  placeholder={t("order.nobody")}
                  aria-label={term("order_subject", subject)}
                  value={holder(subject)}
                  onChange={(username: string | undefined) =>
                    put.mutate({ subject, username: username ?? null })
                  }
                  options={(people.data?.items ?? []).map((value) => ({ value, label: value }))}
                  notFoundContent={t("organisation.noAssignees")}
                  data-testid={`duty-${subject}`}
                />
              ) : (
                (holder(subject) ?? nobody)
              ),
          },
        ]}
      />
    </>
  );
}
