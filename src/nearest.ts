/** The candidate nearest to what was typed, if it is near enough to have been meant. */
export function findNearest(typed: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((name) => ({ name, ...compare(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance, limit }) => distance <= limit || isPartOf(typed, name))
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}

/** What both end in says nothing of a slip in what comes before: `www` is not near `api`. */
function compare(typed: string, name: string): { distance: number; limit: number } {
  const [own, other] = withoutCommonParents(typed.split("."), name.split("."));
  const limit = Math.min(Math.max(1, Math.floor(own.length / 3)), own.length - 1);
  return { distance: isSwapped(own, other) ? 1 : editDistance(own, other), limit };
}

function withoutCommonParents(typed: readonly string[], name: readonly string[]) {
  const most = Math.min(typed.length, name.length) - 1;
  let common = 0;
  while (common < most && typed.at(-1 - common) === name.at(-1 - common)) common += 1;
  const rest = (labels: readonly string[]) => labels.slice(0, labels.length - common).join(".");
  return [rest(typed), rest(name)] as const;
}

/** Two letters beside each other in the wrong order: the commonest slip of all. */
function isSwapped(typed: string, name: string): boolean {
  const at = typed.split("").findIndex((letter, index) => letter !== name[index]);
  const swapped = `${typed.slice(0, at)}${typed[at + 1] ?? ""}${typed[at] ?? ""}`;
  return at >= 0 && `${swapped}${typed.slice(at + 2)}` === name;
}

const isPartOf = (typed: string, name: string): boolean =>
  (typed.length >= 3 && name.includes(typed)) || (name.length >= 3 && typed.includes(name));

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
