import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { usePreferences } from "../ui/preferences";

export interface SchoolOption {
  /** The school's id. */
  value: string;
  /** Its name, in English where it has one and English is read. */
  label: string;
}

/** The schools that one may see, to choose from; none before they are read. */
export function useSchoolOptions(enabled = true): SchoolOption[] {
  const { language } = usePreferences();
  const { data } = useQuery({ queryKey: keys.schools, queryFn: () => api.schools(), enabled });
  return (data?.items ?? []).map(({ school_id, name_zh, name_en }) => ({
    value: school_id,
    label: (language === "en" && name_en) || name_zh,
  }));
}
