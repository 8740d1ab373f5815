/** Let's Encrypt, "New Certificates per Registered Domain": https://letsencrypt.org/docs/rate-limits/ */
export const CERTIFICATES_A_WEEK = 50;
/** Any seven days, not those of a calendar week. */
export const WEEK_MS = 7 * 86_400_000;

/** How many of the certificates that are needed do not fit into what is left of this week. */
export function countOverLimit({ needed, issued }: { needed: number; issued: number }): number {
  return Math.max(0, needed - Math.max(0, CERTIFICATES_A_WEEK - issued));
}
