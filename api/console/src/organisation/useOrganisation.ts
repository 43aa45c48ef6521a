import { useQuery } from "@tanstack/react-query";

import { api } from "../http/api";
import { keys } from "../http/keys";

export const useAllSchools = () =>
  useQuery({ queryKey: keys.allSchools, queryFn: () => api.allSchools() });
export const useCommunities = () =>
  useQuery({ queryKey: keys.communities, queryFn: () => api.communities() });
export const useBureau = () => useQuery({ queryKey: keys.bureau, queryFn: () => api.bureau() });
export const usePlaces = (schoolId: string) =>
  useQuery({ queryKey: keys.places(schoolId), queryFn: () => api.places(schoolId) });
export const useRegister = () =>
  useQuery({ queryKey: keys.register, queryFn: () => api.register() });
