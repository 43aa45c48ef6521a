import { DatePicker, Form, Input, InputNumber, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { RecordWrite, RegisterRow } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useChange } from "../ui/useChange";
import { FormDrawer } from "../ui/FormDrawer";
import styles from "./organisation.module.css";
import { usePlaces } from "./useOrganisation";

type Fields = Omit<RecordWrite, "installed_on"> & { installed_on?: Dayjs | null };

const TEXTS = [
  "code",
  "vendor",
  "model",
  "district",
  "address",
  "position",
  "network",
  "police_station",
  "manager",
  "manager_phone",
] as const;
const LENGTHS: Partial<Record<(typeof TEXTS)[number], number>> = {
  address: 256,
  position: 128,
  police_station: 128,
  manager_phone: 32,
};

function toWrite({ installed_on, code, ...fields }: Fields): RecordWrite {
  return {
    ...fields,
    place_id: fields.place_id ?? null,
    longitude: fields.longitude ?? null,
    latitude: fields.latitude ?? null,
    code: code?.trim() || null,
    installed_on: installed_on ? installed_on.format("YYYY-MM-DD") : null,
  };
}

/** A camera in the register 一机一档. */
export function RecordForm({ row, onClose }: { row: RegisterRow; onClose: () => void }) {
  const { t } = useTranslation();
  const term = useTerm();
  const [form] = Form.useForm<Fields>();
  const places = usePlaces(row.school.school_id).data?.items ?? [];
  const save = useChange((fields: Fields) => api.putRecord(row.camera_key, toWrite(fields)), {
    invalidates: [keys.register],
    onDone: onClose,
  });
  const column = (key: string) => term("camera_column", key);
  const initial = {
    ...Object.fromEntries(TEXTS.map((key) => [key, row[key] ?? ""])),
    place_id: row.place_id ?? null,
    longitude: row.longitude ?? null,
    latitude: row.latitude ?? null,
    installed_on: row.installed_on ? dayjs(row.installed_on) : null,
  };
  return (
    <FormDrawer<Fields>
      title={t("organisation.recordOf", { name: row.name })}
      form={form}
      initial={initial}
      saving={save.isPending}
      onSave={(fields) => save.mutate(fields)}
      onClose={onClose}
      testId="record-save"
    >
      <div className={styles.grid}>
        <Form.Item name="place_id" label={column("place")}>
          <Select
            allowClear
            options={places.map(({ id, name }) => ({ value: id, label: name }))}
            data-testid="record-place"
          />
        </Form.Item>
        {TEXTS.map((key) => (
          <Form.Item key={key} name={key} label={column(key)}>
            <Input maxLength={LENGTHS[key] ?? 64} data-testid={`record-${key}`} />
          </Form.Item>
        ))}
        <Form.Item name="longitude" label={column("longitude")}>
          <InputNumber min={-180} max={180} style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="latitude" label={column("latitude")}>
          <InputNumber min={-90} max={90} style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="installed_on" label={column("installed_on")}>
          <DatePicker style={{ width: "100%" }} />
        </Form.Item>
      </div>
    </FormDrawer>
  );
}
