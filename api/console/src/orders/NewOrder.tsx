import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { useSchoolOptions } from "../schools/useSchoolOptions";
import { useMay } from "../session/policy";

const NewOrderDialog = lazy(() => import("./NewOrderDialog"));

/** What no camera saw becomes an order too. */
export function NewOrder() {
  const { t } = useTranslation();
  const gives = useMay()("assign_orders");
  const [open, setOpen] = useState(false);
  const schools = useSchoolOptions(open);
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
      {open && schools.length > 0 && (
        <Suspense>
          <NewOrderDialog schools={schools} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
