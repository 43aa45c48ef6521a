import { PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, Modal, Popconfirm, Select, Table } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { PlaceView, PlaceWrite } from "../http/types";
import { termIds, useTerm } from "../i18n/terms";
import { useMay } from "../session/policy";
import { useChange } from "../ui/useChange";
import styles from "./organisation.module.css";
import { usePlaces } from "./useOrganisation";

/** The places of a school that the rules on placement speak of. */
export function PlaceTable({ schoolId }: { schoolId: string }) {
  const { t } = useTranslation();
  const term = useTerm();
  const may = useMay();
  const places = usePlaces(schoolId);
  const [editing, setEditing] = useState<PlaceView | "new" | null>(null);
  const remove = useChange((place: PlaceView) => api.deletePlace(schoolId, place.id), {
    invalidates: [keys.organisation],
  });
  const organises = may("manage_organisation");
  return (
    <>
      {organises && (
        <Button
          size="small"
          icon={<PlusOutlined />}
          onClick={() => setEditing("new")}
          className={styles.above ?? ""}
          data-testid="add-place"
        >
          {t("organisation.addPlace")}
        </Button>
      )}
      <Table<PlaceView>
        rowKey="id"
        size="small"
        loading={places.isPending}
        dataSource={places.data?.items ?? []}
        pagination={false}
        scroll={{ x: "max-content" }}
        locale={{ emptyText: t(places.isError ? "error.failed" : "organisation.noPlaces") }}
        onRow={() => ({ "data-testid": "place" }) as React.HTMLAttributes<HTMLElement>}
        columns={[
          { title: term("place_column", "name"), dataIndex: "name" },
          {
            title: term("place_column", "kind"),
            dataIndex: "kind",
            render: (kind: string) => term("place_kind", kind),
          },
          ...(organises
            ? [
                {
                  key: "actions",
                  align: "right" as const,
                  render: (_: unknown, place: PlaceView) => (
                    <>
                      <Button size="small" type="text" onClick={() => setEditing(place)}>
                        {t("action.edit")}
                      </Button>
                      <Popconfirm
                        title={t("organisation.deletePlaceAsk", { name: place.name })}
                        okText={t("action.delete")}
                        cancelText={t("action.cancel")}
                        onConfirm={() => remove.mutate(place)}
                      >
                        <Button size="small" type="text" danger>
                          {t("action.delete")}
                        </Button>
                      </Popconfirm>
                    </>
                  ),
                },
              ]
            : []),
        ]}
      />
      <PlaceDialog
        schoolId={schoolId}
        place={editing === "new" ? null : editing}
        open={editing !== null}
        onClose={() => setEditing(null)}
      />
    </>
  );
}

interface DialogProps {
  schoolId: string;
  place: PlaceView | null;
  open: boolean;
  onClose: () => void;
}

function PlaceDialog({ schoolId, place, open, onClose }: DialogProps) {
  const { t } = useTranslation();
  const term = useTerm();
  const [form] = Form.useForm<PlaceWrite>();
  const save = useChange(
    (told: PlaceWrite) =>
      place ? api.putPlace(schoolId, place.id, told) : api.createPlace(schoolId, told),
    { invalidates: [keys.organisation], onDone: onClose },
  );
  return (
    <Modal
      open={open}
      title={t(place ? "organisation.editPlace" : "organisation.addPlace")}
      okText={t("action.save")}
      cancelText={t("action.cancel")}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={save.isPending}
      width={420}
      destroyOnHidden
    >
      <Form<PlaceWrite>
        form={form}
        layout="vertical"
        requiredMark={false}
        preserve={false}
        initialValues={place ?? { kind: "entrance" }}
        onFinish={({ kind, name }) => save.mutate({ kind, name })}
      >
        <Form.Item
          name="name"
          label={term("place_column", "name")}
          rules={[{ required: true, whitespace: true, message: term("workbook_error", "required") }]}
        >
          <Input maxLength={128} data-testid="place-name" />
        </Form.Item>
        <Form.Item name="kind" label={term("place_column", "kind")}>
          <Select
            showSearch={{ optionFilterProp: "label" }}
            options={termIds("place_kind").map((kind) => ({
              value: kind,
              label: term("place_kind", kind),
            }))}
            data-testid="place-kind"
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
