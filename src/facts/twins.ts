import type { HostedZone } from "../ports/aws.ts";
import type { World } from "../ports/world.ts";
import { readDelegation } from "./delegation.ts";
import { readFact, valueOf } from "./fact.ts";

/**
 * Of zones with one name, the one that the parent delegates to; `undefined` when it is none of
 * them, or cannot be seen.
 */
export async function findDelegatedTwin(
  { zones, resolver }: Pick<World, "zones" | "resolver">,
  twins: readonly HostedZone[],
  options: { viaRecursive: boolean },
): Promise<HostedZone | undefined> {
  const [first] = twins;
  if (first === undefined) return undefined;
  const fact = await readFact(async () => {
    const all = await Promise.all(
      twins.map(async (zone) => ({ zone, nameServers: await zones.nameServers(zone.id) })),
    );
    const seen = valueOf(
      await readDelegation(resolver, { name: first.name, nameServers: [] }, options),
    );
    const delegated = new Set(seen?.delegated);
    return all.find(({ nameServers }) =>
      nameServers.some((name) => delegated.has(name.toLowerCase().replace(/\.$/, ""))),
    );
  });
  return valueOf(fact)?.zone;
}
