import { InboxOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Form, Input, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../http/api";
import { keys } from "../../http/keys";
import type { FloorPlanView } from "../../http/types";
import { FormDrawer } from "../../ui/FormDrawer";
import { ACCEPTED, sendable, usePictureFault } from "./pictureFault";
import styles from "./plan.module.css";

interface Fields {
  title_zh: string;
  title_en: string;
}

interface Props {
  schoolId: string;
  onClose: () => void;
  onMade: (made: FloorPlanView) => void;
}

/** A new plan: what it is called, and its picture. */
export function AddPlan({ schoolId, onClose, onMade }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const [file, setFile] = useState<File | null>(null);
  const [isMissing, setMissing] = useState(false);
  const client = useQueryClient();
  const fault = usePictureFault();
  const send = useMutation({
    mutationFn: async ({ fields, picture }: { fields: Fields; picture: File }) =>
      api.addFloorPlan(schoolId, fields, sendable(picture)),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: keys.floorPlans(schoolId) });
      onMade(made);
    },
  });
  return (
    <FormDrawer<Fields>
      title={t("plan.add")}
      form={form}
      initial={{ title_zh: "", title_en: "" }}
      saving={send.isPending}
      onSave={(fields) => (file ? send.mutate({ fields, picture: file }) : setMissing(true))}
      onClose={onClose}
      testId="plan-add-save"
    >
      <Form.Item
        name="title_zh"
        label={t("plan.titleZh")}
        extra={t("plan.titleHint")}
        rules={[{ required: true, whitespace: true, message: t("plan.titleNeeded") }]}
      >
        <Input maxLength={64} data-testid="plan-title" />
      </Form.Item>
      <Form.Item name="title_en" label={t("plan.titleEn")}>
        <Input maxLength={64} />
      </Form.Item>
      <Upload.Dragger
        accept={ACCEPTED}
        maxCount={1}
        showUploadList={false}
        disabled={send.isPending}
        beforeUpload={(chosen) => {
          setMissing(false);
          send.reset();
          setFile(chosen);
          return false;
        }}
      >
        <p>
          <InboxOutlined aria-hidden="true" /> {file ? file.name : t("plan.choose")}
        </p>
        <p className={styles.muted}>{t("plan.pictureRule")}</p>
      </Upload.Dragger>
      <div className={styles.faults}>
        {isMissing && <Alert type="error" showIcon title={t("plan.pictureNeeded")} />}
        {send.error && (
          <Alert type="error" showIcon title={fault(send.error)} data-testid="plan-fault" />
        )}
      </div>
    </FormDrawer>
  );
}
