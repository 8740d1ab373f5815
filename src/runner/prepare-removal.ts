import type { Config } from "../config/config.ts";
import { UserError } from "../errors.ts";
import { readKeptConfig } from "../facts/kept-config.ts";
import { valueOf } from "../facts/fact.ts";
import { chooseZone } from "../facts/zone.ts";
import { buildPlan } from "../plan/build-plan.ts";
import type { Environment, Plan } from "../plan/plan.ts";
import type { Templates } from "../plan/template.ts";
import type { HostedZone } from "../ports/aws.ts";
import type { ConnectedWorld } from "../ports/world.ts";

/**
 * The plan for taking everything away: it names what may be there. It needs no preflight: what is
 * broken must go too, and a zone that is gone has no records left.
 */
export async function planRemoval(
  world: ConnectedWorld,
  config: Config,
  templates: Templates,
): Promise<Plan> {
  const [caller, cluster, zone] = await Promise.all([
    world.caller.identify(),
    world.clusters.find(config.cluster),
    findZone(world, config),
  ]);
  if (cluster === undefined) {
    throw new UserError("GT-CLUSTER-NOT-FOUND", `There is no cluster "${config.cluster}".`);
  }
  const environment: Environment = {
    caller,
    cluster,
    zone: zone ?? { id: "", name: config.domain, private: false },
    // What follows decides only how things are made: what is ours goes by its tag, of either kind.
    identityMode: cluster.oidcIssuer === undefined ? "pod-identity" : "irsa",
    loadBalancer: "in-tree",
    podIdentityAgentPresent: true,
    foreignCertManager: undefined,
  };
  return buildPlan({ config, environment, templates, configText: "" });
}

/** The zone that was written to: the kept one, else the one that the domain leads to. */
async function findZone(world: ConnectedWorld, config: Config): Promise<HostedZone | undefined> {
  const kept = valueOf(await readKeptConfig(world.kubernetes));
  const id = config.zoneId ?? kept?.data["zoneId"];
  if (id !== undefined && id !== "") return world.zones.find(id);
  return chooseZone(await world.zones.list(), config.domain).zone;
}
