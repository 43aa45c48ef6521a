import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { useMay } from "../session/policy";

const NewOrderDialog = lazy(() => import("./NewOrderDialog"));

/** What no camera saw becomes an order too. */
export function NewOrder() {
  const { t } = useTranslation();
  const gives = useMay()("assign_orders");
  const [open, setOpen] = useState(false);
  const schools = useQuery({ queryKey: keys.schools, queryFn: () => api.schools(), enabled: open });
  if (!gives) return null;
  return (
    <>
      <Button
        size="small"
        icon={<PlusOutlined />}
        onClick={() => setOpen(true)}
        data-testid="new-order"
      >
        {t("order.new")}
      </Button>
      {open && schools.data && (
        <Suspense>
          <NewOrderDialog schools={schools.data.items} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
