/** Compares `1.2.3` with `1.10`; a leading `v` and what follows `-` or `+` do not count. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `v1.5.1` -> `1.5`. */
export function minorOf(version: string): string {
  return parts(version).slice(0, 2).join(".");
}

function parts(version: string): number[] {
  const [core = ""] = version.replace(/^v/, "").split(/[-+]/);
  return core.split(".").map((part) => Number.parseInt(part, 10) || 0);
}
