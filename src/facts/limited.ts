import type { DnsAnswer, Probe, RecordType, Resolver } from "../ports/network.ts";

type Network = { resolver: Resolver; probe: Probe };

/** At most this many questions, requests and handshakes are open at once. */
export const OPEN_AT_ONCE = 32;

/**
 * The same network with at most `limit` exchanges open at once, and each DNS question asked once:
 * many hosts ask the same of their common parents.
 */
export function limitNetwork({ resolver, probe }: Network, limit = OPEN_AT_ONCE): Network {
  const enter = createGate(limit);
  const asked = new Map<string, Promise<DnsAnswer>>();
  return {
    resolver: {
      query(name: string, type: RecordType, server?: string) {
        const key = [name, type, server ?? ""].join(" ");
        const known = asked.get(key) ?? enter(() => resolver.query(name, type, server));
        asked.set(key, known);
        return known;
      },
    },
    probe: {
      get: (target) => enter(() => probe.get(target)),
      handshake: (target) => enter(() => probe.handshake(target)),
    },
  };
}

/** Runs what it is given, at most `limit` at once, in order. */
export function createGate(limit: number): <T>(run: () => Promise<T>) => Promise<T> {
  const queue: (() => void)[] = [];
  let open = 0;
  return async (run) => {
    if (open >= limit) {
      await new Promise<void>((resolve) => {
        queue.push(resolve);
      });
    } else open += 1;
    try {
      return await run();
    } finally {
      const next = queue.shift();
      if (next === undefined) open -= 1;
      else next();
    }
  };
}
