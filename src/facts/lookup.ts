import type { HttpRoute } from "./objects.ts";

/** A list by keys, for those who look for a few of its items again and again. */
export class Lookup<T> {
  readonly #all: readonly T[];
  readonly #positions = new Map<string, number[]>();

  constructor(all: readonly T[], keysOf: (item: T) => readonly string[]) {
    this.#all = all;
    for (const [position, item] of all.entries()) {
      for (const key of keysOf(item)) {
        const known = this.#positions.get(key);
        if (known === undefined) this.#positions.set(key, [position]);
        else known.push(position);
      }
    }
  }

  /** Those under any of the keys, each once, in the order of the list. */
  pick(keys: readonly string[]): T[] {
    const positions = new Set(keys.flatMap((key) => this.#positions.get(key) ?? []));
    return [...positions]
      .sort((a, b) => a - b)
      .flatMap((position) => this.#all.slice(position, position + 1));
  }
}

/** Under it are the routes that may be for any host: they name none, or a wildcard. */
const ANY_HOST = "*";

/** The hosts that a route names, for a `Lookup`. */
export function keysOfRoute({ spec: { hostnames } }: HttpRoute): string[] {
  if (hostnames.length === 0) return [ANY_HOST];
  return hostnames.map((name) => (name.startsWith("*.") ? ANY_HOST : name));
}

/** What to pick for all routes that may be for a host. */
export const keysOfHost = (hostname: string): string[] => [hostname, ANY_HOST];
