/** Let's Encrypt's week for one registered domain; moments in milliseconds. */
export interface Week {
  /** Of new certificates, at once and in any seven days. */
  limit: number;
  /** New ones that are to be asked for. */
  needed: number;
  /** When there were new ones. */
  issuedAt: readonly number[];
  now: number;
}

export const WEEK_MS = 7 * 86_400_000;

/**
 * How many of those that are needed do not fit now, and when all of them will; never, where there
 * are more than the limit. What was taken of the limit comes back one by one, over seven days: of 50
 * one in 202 minutes (https://letsencrypt.org/docs/rate-limits/).
 */
export function findOverLimit({ limit, needed, issuedAt, now }: Week): {
  over: number;
  fitsAt: number | undefined;
} {
  const refilled = (room: number, ms: number) => Math.min(limit, room + (ms * limit) / WEEK_MS);
  let room = limit;
  let at = 0;
  for (const time of issuedAt.toSorted((a, b) => a - b)) {
    room = Math.max(0, refilled(room, time - at) - 1);
    at = time;
  }
  room = refilled(room, now - at);
  const over = Math.max(0, needed - Math.floor(room));
  const fitsAt = needed > limit ? undefined : now + ((needed - room) * WEEK_MS) / limit;
  return { over, fitsAt };
}
