/** Any seven days, not those of a calendar week. */
export const WEEK_MS = 7 * 86_400_000;

/** How many of the certificates that are needed do not fit into what is left of this week. */
export function countOverLimit(counts: { needed: number; issued: number; limit: number }): number {
  const { needed, issued, limit } = counts;
  return Math.max(0, needed - Math.max(0, limit - issued));
}
