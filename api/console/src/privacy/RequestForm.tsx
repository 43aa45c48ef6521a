import { DatePicker, Form, Input, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";

import { useCameras } from "../camera/useCameras";
import { api } from "../http/api";
import { keys } from "../http/keys";
import type { RequestView, RequestWrite } from "../http/types";
import { termIds, useTerm } from "../i18n/terms";
import { FormDrawer } from "../ui/FormDrawer";
import { useSchoolOptions } from "../schools/useSchoolOptions";
import { useChange } from "../ui/useChange";
import styles from "./privacy.module.css";

interface Fields extends Pick<RequestWrite, "kind" | "applicant" | "identity_check" | "place" | "note"> {
  school_id: string;
  window?: [Dayjs, Dayjs] | null;
  received_at?: Dayjs | null;
  due_at?: Dayjs | null;
  camera_keys?: number[];
  alert_ids?: string[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function toWrite(fields: Fields): RequestWrite {
  const { kind, applicant, identity_check, place, note, window } = fields;
  return {
    kind,
    applicant,
    identity_check: identity_check ?? "unchecked",
    place: place ?? "",
    note: note ?? "",
    from_at: window?.[0].toISOString() ?? null,
    to_at: window?.[1].toISOString() ?? null,
    due_at: fields.due_at?.toISOString() ?? null,
    camera_keys: fields.camera_keys ?? [],
    alert_ids: fields.alert_ids ?? [],
  };
}

/** A request that came in, or one that is corrected before it is decided. */
export function RequestForm({ row, onClose }: { row: RequestView | null; onClose: () => void }) {
  const { t } = useTranslation();
  const term = useTerm();
  const [form] = Form.useForm<Fields>();
  const schools = useSchoolOptions();
  const cameras = useCameras().data?.items ?? [];
  const school = Form.useWatch("school_id", form);
  const save = useChange(
    (fields: Fields) =>
      row
        ? api.putRequest(row.id, toWrite(fields))
        : api.createRequest({
            ...toWrite(fields),
            school_id: fields.school_id,
            received_at: fields.received_at?.toISOString() ?? null,
          }),
    { invalidates: [keys.requests], onDone: onClose },
  );
  const column = (key: string) => term("request_column", key);
  const words = (family: "request_kind" | "identity_check") =>
    termIds(family).map((value) => ({ value, label: term(family, value) }));
  const needed = [{ required: true, message: t("privacy.needed") }];
  const initial = row
    ? {
        ...row,
        school_id: row.school.school_id,
        window: row.from_at && row.to_at ? [dayjs(row.from_at), dayjs(row.to_at)] : null,
        due_at: row.deadline ? null : dayjs(row.due_at),
        received_at: null,
        camera_keys: row.cameras.map(({ camera_key }) => camera_key),
        alert_ids: row.alerts.map(({ id }) => id),
      }
    : { kind: "access", identity_check: "unchecked", school_id: schools.length === 1 ? schools[0]?.value : undefined };
  return (
    <FormDrawer<Fields>
      title={t(row ? "privacy.editRequest" : "privacy.newRequest")}
      form={form}
      initial={initial}
      saving={save.isPending}
      onSave={(fields) => save.mutate(fields)}
      onClose={onClose}
      testId="request-save"
    >
      <div className={styles.grid}>
        <Form.Item name="school_id" label={column("school")} rules={needed}>
          <Select
            disabled={row !== null}
            showSearch={{ optionFilterProp: "label" }}
            options={schools}
            data-testid="request-school"
          />
        </Form.Item>
        <Form.Item name="kind" label={column("kind")} rules={needed}>
          <Select options={words("request_kind")} data-testid="request-kind" />
        </Form.Item>
        <Form.Item name="applicant" label={column("applicant")} extra={t("privacy.applicantHint")} rules={needed}>
          <Input maxLength={128} data-testid="request-applicant" />
        </Form.Item>
        <Form.Item name="identity_check" label={column("identity_check")}>
          <Select options={words("identity_check")} data-testid="request-identity" />
        </Form.Item>
        <Form.Item name="place" label={column("place")}>
          <Input maxLength={128} />
        </Form.Item>
        {!row && (
          <Form.Item name="received_at" label={t("privacy.received")} extra={t("privacy.receivedHint")}>
            <DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} />
          </Form.Item>
        )}
        <Form.Item name="due_at" label={t("privacy.due")} extra={t("privacy.dueHint")}>
          <DatePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} />
        </Form.Item>
      </div>
      <Form.Item name="window" label={t("privacy.window")}>
        <DatePicker.RangePicker showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name="note" label={column("note")}>
        <Input.TextArea maxLength={1000} rows={3} />
      </Form.Item>
      <Form.Item name="camera_keys" label={column("cameras")}>
        <Select
          mode="multiple"
          showSearch={{ optionFilterProp: "label" }}
          options={cameras
            .filter((camera) => camera.school.school_id === school)
            .map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Form.Item>
      <Form.Item
        name="alert_ids"
        label={column("alerts")}
        extra={t("privacy.alertsHint")}
        rules={[
          {
            validator: (_, ids: string[] | undefined) =>
              (ids ?? []).every((id) => UUID.test(id))
                ? Promise.resolve()
                : Promise.reject(new Error(t("privacy.alertsHint"))),
          },
        ]}
      >
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[",", " ", "\n"]} />
      </Form.Item>
    </FormDrawer>
  );
}
