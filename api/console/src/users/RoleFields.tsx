import { useQuery } from "@tanstack/react-query";
import { DatePicker, Form, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { Role, UserWrite } from "../http/types";
import { useTerm } from "../i18n/terms";
import { useSchoolOptions } from "../schools/useSchoolOptions";
import { useSession } from "../session/useSession";
import { isTemporary, OF_PLACES, placesFor } from "./ofPlaces";

/** Roles by what they are given for. */
const OF_DISTRICT: readonly Role[] = [
  "district_reviewer",
  "district_admin",
  "leader",
  "auditor",
  "engineer",
];
const GIVEN_BY_SCHOOLS: readonly Role[] = ["school_manager", "leader", ...OF_PLACES];
const OF_SCHOOL: readonly Role[] = [...GIVEN_BY_SCHOOLS, "auditor", "engineer"];

export interface RoleValues {
  role: Role;
  school_id?: string | undefined;
  place_ids?: number[];
  ends_on?: Dayjs | null;
}

/** What is sent of it; the day that was chosen is the last one. */
export function toWrite({ role, school_id, place_ids, ends_on }: RoleValues): Required<UserWrite> {
  return {
    role,
    school_id: school_id ?? null,
    place_ids: OF_PLACES.includes(role) ? (place_ids ?? []) : [],
    ends_at: ends_on ? ends_on.endOf("day").toISOString() : null,
  };
}

/** Role, school, places and last day, in a form whose values are `RoleValues`. */
export function RoleFields() {
  const { t } = useTranslation();
  const term = useTerm();
  const form = Form.useFormInstance<RoleValues>();
  const own = useSession().data?.school ?? null;
  const school = Form.useWatch("school_id", form);
  const role = Form.useWatch("role", form);
  const schools = useSchoolOptions();
  const ofPlaces = Boolean(school) && role !== undefined && OF_PLACES.includes(role);
  const places = useQuery({
    queryKey: keys.places(school ?? ""),
    queryFn: () => api.places(school ?? ""),
    enabled: ofPlaces,
  });
  const roles = own ? GIVEN_BY_SCHOOLS : school ? OF_SCHOOL : OF_DISTRICT;
  const temporary = role !== undefined && isTemporary(role);
  return (
    <>
      <Form.Item name="school_id" label={t("users.school")}>
        <Select
          allowClear={!own}
          placeholder={t("users.district")}
          options={schools}
          onChange={(value?: string) =>
            form.setFieldsValue({
              role: value ? "school_manager" : "district_reviewer",
              place_ids: [],
            })
          }
          data-testid="new-school"
        />
      </Form.Item>
      <Form.Item name="role" label={t("users.role")}>
        <Select
          options={roles.map((each) => ({ value: each, label: term("role", each) }))}
          onChange={() => form.setFieldValue("place_ids", [])}
          data-testid="new-role"
        />
      </Form.Item>
      {ofPlaces && (
        <Form.Item
          name="place_ids"
          label={t("users.places")}
          extra={t(temporary ? "users.placesNeeded" : "users.placesRule")}
          rules={[{ required: temporary, message: t("users.placesNeeded") }]}
        >
          <Select
            mode="multiple"
            loading={places.isPending}
            placeholder={temporary ? undefined : t("users.allPlaces")}
            options={placesFor(role, places.data?.items ?? []).map(({ id, name }) => ({
              value: id,
              label: name,
            }))}
            data-testid="new-places"
          />
        </Form.Item>
      )}
      <Form.Item
        name="ends_on"
        label={t("users.endsOn")}
        rules={[{ required: temporary, message: t("users.endNeeded") }]}
      >
        <DatePicker style={{ width: "100%" }} data-testid="new-end" />
      </Form.Item>
    </>
  );
}
