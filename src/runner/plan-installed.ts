import type { Config, Host } from "../config/config.ts";
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
 * The plan of what is installed, for commands that change or remove it without bringing up more: it
 * names what may be there. It needs no preflight: what is broken must be mended or go too, and a
 * zone that is gone has no records left. Its Gateway, charts and identity are never applied.
 */
export async function planInstalled(
  world: ConnectedWorld,
  { config, configText, templates }: { config: Config; configText: string; templates: Templates },
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
    // What follows decides only how things are made, and nothing of it is made from this plan.
    identityMode: cluster.oidcIssuer === undefined ? "pod-identity" : "irsa",
    loadBalancer: "in-tree",
    podIdentityAgentPresent: true,
    foreignCertManager: undefined,
  };
  return buildPlan({ config, environment, templates, configText });
}

/** The zone that was written to: the kept one, else the one that the domain leads to. */
async function findZone(world: ConnectedWorld, config: Config): Promise<HostedZone | undefined> {
  const kept = valueOf(await readKeptConfig(world.kubernetes));
  const id = config.zoneId ?? kept?.data["zoneId"];
  if (id !== undefined && id !== "") return world.zones.find(id);
  return chooseZone(await world.zones.list(), config.domain).zone;
}

/** The plan without some hosts, and what belongs to those, to be taken away. */
export async function planWithoutHosts(
  world: ConnectedWorld,
  input: { config: Config; configText: string; templates: Templates; leaving: readonly Host[] },
): Promise<Plan> {
  const plan = await planInstalled(world, input);
  const config = { ...input.config, hosts: [...input.leaving] };
  const { hosts: leaving } = buildPlan({ ...plan, config, configText: "" });
  return { ...plan, leaving };
}
