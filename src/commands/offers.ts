import type { RunOptions } from "../config/config.ts";
import type { Offers } from "../config/wizard.ts";
import { UserError } from "../errors.ts";
import { readDelegation } from "../facts/delegation.ts";
import { valueOf } from "../facts/fact.ts";
import { readServices } from "../facts/services.ts";
import type { HostedZone } from "../ports/aws.ts";
import type { World } from "../ports/world.ts";
import type { Connections } from "./connections.ts";

/** What the account and its clusters have to choose from. */
export function offersOf(
  {
    world,
    region,
    options,
  }: {
    world: World;
    region: string | undefined;
    options: Pick<RunOptions, "dnsServer">;
  },
  connections: Connections,
): Offers {
  return {
    clusters: () => world.clusters.list(),
    zones: () => world.zones.list(),
    isDelegated: (zone) => seeDelegation(world, zone, options.dnsServer !== undefined),
    async services(chosen) {
      const connection = await connections.find(chosen.cluster, chosen.region ?? region ?? "");
      if (connection instanceof UserError) throw connection;
      const services = await readServices(connection.kubernetes);
      if (!services.known) throw services.error;
      return services.value;
    },
  };
}

async function seeDelegation(
  { zones, resolver }: Pick<World, "zones" | "resolver">,
  { id, name }: HostedZone,
  viaRecursive: boolean,
): Promise<boolean | undefined> {
  const nameServers = await zones.nameServers(id);
  const seen = valueOf(await readDelegation(resolver, { name, nameServers }, { viaRecursive }));
  return seen && seen.delegated.some((server) => seen.expected.includes(server));
}
