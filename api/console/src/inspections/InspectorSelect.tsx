import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { InspectionDetail } from "../http/types";
import { useChange } from "../ui/useChange";

/** Who answers a form; chosen by who may give it away. */
export function InspectorSelect({ form }: { form: InspectionDetail }) {
  const { t } = useTranslation();
  const give = useChange(
    (username: string | null) => api.giveForm({ id: form.id, version: form.version }, username),
    { invalidates: [keys.inspections] },
  );
  const performing = (form.visitor ?? form.school).school_id;
  const { data } = useQuery({
    queryKey: keys.assignees(performing),
    queryFn: () => api.assignees(performing),
    enabled: form.may_give,
  });
  const anybody = t("inspection.anybody");
  if (!form.may_give) return <>{form.signer || (form.inspector ?? anybody)}</>;
  return (
    <Select<string>
      size="small"
      allowClear
      style={{ minWidth: 180 }}
      loading={give.isPending}
      value={form.inspector}
      placeholder={anybody}
      aria-label={t("inspection.inspector")}
      onChange={(next: string | undefined) => give.mutate(next ?? null)}
      options={(data?.items ?? []).map((value) => ({ value, label: value }))}
      data-testid="inspector"
    />
  );
}
