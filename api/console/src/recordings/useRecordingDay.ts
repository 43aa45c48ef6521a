import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";
import { isRecorderUnsaid } from "./day";

const REFRESH_MS = 60_000;
/** A box that is away is looked for sooner, and so is a recorder that has not answered: the footage plays at once. */
const AWAY_MS = 10_000;

export interface When {
  day?: string;
  at?: string;
}

/** One camera's day; what is still happening is asked for again each minute, a box that is away sooner. */
export function useRecordingDay(cameraId: string, when: When) {
  return useQuery({
    queryKey: keys.recordingDay(cameraId, when.day ?? when.at ?? "today"),
    queryFn: () => api.recordingDay(cameraId, when),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => {
      const day = query.state.data;
      if (day && (!day.is_box_there || isRecorderUnsaid(day))) return AWAY_MS;
      return day && Date.parse(day.as_of) < Date.parse(day.to_at) ? REFRESH_MS : false;
    },
  });
}
