import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";

export const useSchools = () =>
  useQuery({ queryKey: keys.schools, queryFn: () => api.schools() }).data?.items ?? [];
