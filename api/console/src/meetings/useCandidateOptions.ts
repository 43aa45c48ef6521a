import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";
import type { MeetingCandidate } from "../http/types";
import { useTerm } from "../i18n/terms";
import { schoolName } from "../schools/schoolName";

/** People to choose from, each by name, role and school. */
export function useCandidateOptions() {
  const term = useTerm();
  const { data } = useQuery({
    queryKey: keys.meetingCandidates(null),
    queryFn: () => api.meetingCandidates(null),
  });
  const label = (each: MeetingCandidate) =>
    [each.username, term("role", each.role), schoolName(each.school)].filter(Boolean).join(" · ");
  return (data?.items ?? []).map((each) => ({ value: each.username, label: label(each) }));
}
