/** An instant as it is shown everywhere: ISO 8601 in UTC, to the second, as certificates count. */
export function toSeconds(at: string): string {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? at : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
