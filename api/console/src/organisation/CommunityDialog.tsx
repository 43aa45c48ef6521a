import { Button, Form, Input, Modal, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { BureauWrite, CommunityView } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useChange } from "../ui/useChange";
import { ID_PATTERN } from "./ids";

/** What is to be named. */
export type Named =
  | { what: "bureau"; row: BureauWrite }
  | { what: "community"; row: CommunityView | null };

interface Fields {
  community_id: string;
  name_zh: string;
  name_en?: string;
}

function save(named: Named, { community_id, name_zh, name_en = "" }: Fields): Promise<unknown> {
  const names = { name_zh, name_en };
  if (named.what === "bureau") return api.putBureau(names);
  return named.row
    ? api.putCommunity(named.row.community_id, names)
    : api.createCommunity({ community_id, ...names });
}

/** Names the bureau or a community, makes one, takes one out of use. */
export function CommunityDialog({ named, onClose }: { named: Named | null; onClose: () => void }) {
  const { t } = useTranslation();
  const term = useTerm();
  const [form] = Form.useForm<Fields>();
  const options = { invalidates: [keys.organisation], onDone: onClose };
  const write = useChange(({ of, fields }: { of: Named; fields: Fields }) => save(of, fields), options);
  const close = useChange((id: string) => api.closeCommunity(id), options);
  const old = named?.what === "community" ? named.row : null;
  const title =
    named?.what === "bureau"
      ? t("organisation.nameBureau")
      : old
        ? t("organisation.editCommunity", { name: old.name_zh })
        : t("organisation.addCommunity");
  return (
    <Modal
      open={named !== null}
      title={title}
      onCancel={onClose}
      destroyOnHidden
      width={420}
      footer={[
        old && (
          <Popconfirm
            key="close"
            title={t("organisation.closeCommunityAsk")}
            okText={t("organisation.closeCommunity")}
            cancelText={t("action.cancel")}
            onConfirm={() => close.mutate(old.community_id)}
          >
            <Button danger style={{ float: "left" }} data-testid="close-community">
              {t("organisation.closeCommunity")}
            </Button>
          </Popconfirm>
        ),
        <Button key="cancel" onClick={onClose}>
          {t("action.cancel")}
        </Button>,
        <Button
          key="save"
          type="primary"
          loading={write.isPending}
          onClick={() => form.submit()}
          data-testid="community-save"
        >
          {t("action.save")}
        </Button>,
      ]}
    >
      {named && (
        <Form<Fields>
          form={form}
          layout="vertical"
          requiredMark={false}
          preserve={false}
          initialValues={named.row ?? {}}
          onFinish={(fields) => write.mutate({ of: named, fields })}
        >
          {named.what === "community" && !named.row && (
            <Form.Item
              name="community_id"
              label={term("community_column", "community_id")}
              extra={t("organisation.idRule")}
              rules={[{ required: true, pattern: ID_PATTERN, message: t("organisation.idRule") }]}
            >
              <Input autoComplete="off" data-testid="community-id" />
            </Form.Item>
          )}
          <Form.Item
            name="name_zh"
            label={term("community_column", "name_zh")}
            rules={[{ required: true, whitespace: true, message: term("workbook_error", "required") }]}
          >
            <Input maxLength={128} data-testid="community-name" />
          </Form.Item>
          <Form.Item name="name_en" label={term("community_column", "name_en")}>
            <Input maxLength={128} />
          </Form.Item>
        </Form>
      )}
    </Modal>
  );
}
