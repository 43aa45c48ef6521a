import type { MeetingSummary } from "../http/types";
import { schoolName } from "../schools/schoolName";
import type { useTerm } from "../i18n/terms";

/** What a meeting is called: as somebody wrote, or by its reason and school. */
export function meetingTitle(
  meeting: Pick<MeetingSummary, "title" | "reason" | "school">,
  term: ReturnType<typeof useTerm>,
): string {
  if (meeting.title) return meeting.title;
  return [term("meeting_reason", meeting.reason), schoolName(meeting.school)].filter(Boolean).join(" · ");
}
