/** The candidate nearest to what was typed, if it is near enough to have been meant. */
export function findNearest(typed: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(typed.length / 3));
  const [best] = candidates
    .map((name) => ({ name, distance: editDistance(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= limit || isPartOf(typed, name))
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}

const isPartOf = (typed: string, name: string): boolean =>
  typed.length >= 3 && (name.includes(typed) || typed.includes(name));

/** How many letters must be added, taken away or changed to get from one to the other. */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of from.split("").entries()) {
    const next = [i + 1];
    for (const [j, other] of to.split("").entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** `a, b and c`; at most `limit` of them. */
export function listNames(names: readonly string[], limit = 8): string {
  const shown = names.slice(0, limit);
  if (names.length > limit) return `${shown.join(", ")} and ${names.length - limit} more`;
  const last = shown.pop();
  if (last === undefined) return "none";
  return shown.length === 0 ? last : `${shown.join(", ")} and ${last}`;
}
