import type { CommunityView, SchoolView } from "../http/types";

/** A community and its schools; null holds those of none. */
export interface Branch {
  community: CommunityView | null;
  schools: SchoolView[];
}

/** Communities by name, closed schools last; schools of no community after all of them. */
export function branches(
  communities: readonly CommunityView[],
  schools: readonly SchoolView[],
): Branch[] {
  const of = (id: string | null) =>
    schools.filter((school) => (school.community_id ?? null) === id).sort(compareSchools);
  const named = [...communities]
    .sort((a, b) => a.name_zh.localeCompare(b.name_zh, "zh-CN"))
    .map((community) => ({ community, schools: of(community.community_id) }));
  const rest = of(null);
  return rest.length > 0 ? [...named, { community: null, schools: rest }] : named;
}

function compareSchools(a: SchoolView, b: SchoolView): number {
  return (
    Number(a.closed_at !== null) - Number(b.closed_at !== null) ||
    a.name_zh.localeCompare(b.name_zh, "zh-CN")
  );
}

/** Days as spans, as "10-01~10-07". */
export function spansOf(days: readonly string[]): string[] {
  const DAY_MS = 86_400_000;
  const runs: [string, string][] = [];
  for (const day of [...days].sort()) {
    const last = runs.at(-1);
    if (last && Date.parse(day) - Date.parse(last[1]) === DAY_MS) last[1] = day;
    else runs.push([day, day]);
  }
  return runs.map(([first, last]) => (first === last ? first : `${first}~${last}`));
}
