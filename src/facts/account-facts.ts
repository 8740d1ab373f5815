import type { Config } from "../config/config.ts";
import { UserError } from "../errors.ts";
import type { CallerIdentity, Cluster } from "../ports/aws.ts";
import type { World } from "../ports/world.ts";
import { readCaa } from "./caa.ts";
import { readCaller } from "./caller.ts";
import { readAddons, readCluster, readClusterNames } from "./cluster.ts";
import { readDelegation } from "./delegation.ts";
import { known, readAfter, unknown, type Fact } from "./fact.ts";
import type { AccountFacts, NameFor } from "./facts.ts";
import { readIam, type IamFact } from "./iam.ts";
import { readHostRecords } from "./records.ts";
import { readTools } from "./tools.ts";
import { findDelegatedTwin } from "./twins.ts";
import { readZone, type ZoneFact } from "./zone.ts";

/** The parts of the world that account facts come from; the connected world has them too. */
export type AccountWorld = Pick<
  World,
  "caller" | "clusters" | "identity" | "zones" | "resolver" | "tools"
>;

/** What to ask AWS, DNS and this machine about. */
export interface AccountQuestions {
  config: Config;
  /** Names for this caller: the plan's function. */
  nameFor: NameFor;
  /** `--dns-server` is given: the parent's servers cannot be chosen. */
  dnsServer?: string;
}

/** Reads everything that needs no cluster, side by side where one does not need the other. */
export async function readAccountFacts(
  world: AccountWorld,
  questions: AccountQuestions,
): Promise<AccountFacts> {
  const { config } = questions;
  const asked = {
    caller: readCaller(world.caller),
    cluster: readCluster(world.clusters, config.cluster),
  };
  const [tools, caller, cluster, clusterNames, addons, dns, caa, iam] = await Promise.all([
    readTools(world.tools),
    asked.caller,
    asked.cluster,
    readClusterNames(world.clusters),
    readAddons(world.clusters, config.cluster),
    readZoneFacts(world, questions),
    Promise.all(config.hosts.map(({ hostname }) => readCaa(world.resolver, hostname))),
    readIdentity(world, questions, asked),
  ]);
  return { tools, caller, cluster, clusterNames, addons, ...dns, caa, iam };
}

type ZoneFacts = Pick<AccountFacts, "zone" | "delegation" | "records">;

async function readZoneFacts(
  world: AccountWorld,
  { config, dnsServer }: AccountQuestions,
): Promise<ZoneFacts> {
  const viaRecursive = dnsServer !== undefined;
  const zone = await readAfter(
    await readZone(world.zones, config.domain, config.zoneId),
    async (found): Promise<Fact<ZoneFact>> => {
      if (found.zone !== undefined || found.candidates.length < 2) return known(found);
      const delegated = await findDelegatedTwin(world, found.candidates, { viaRecursive });
      return known(delegated === undefined ? found : { ...found, delegated });
    },
  );
  const chosen: Fact<{ id: string; name: string; nameServers: string[] }> = await readAfter(
    zone,
    async ({ zone, nameServers }) =>
      zone === undefined ? unknown(noZone(config.domain)) : known({ ...zone, nameServers }),
  );
  const hostnames = config.hosts.map(({ hostname }) => hostname);
  const [delegation, records] = await Promise.all([
    readAfter(chosen, (value) => readDelegation(world.resolver, value, { viaRecursive })),
    readAfter(chosen, ({ id }) => readHostRecords(world.zones, id, hostnames)),
  ]);
  return { zone, delegation, records };
}

function noZone(domain: string): UserError {
  return new UserError("GT-ZONE-NOT-FOUND", `No hosted zone was chosen for ${domain}.`);
}

async function readIdentity(
  world: AccountWorld,
  { config, nameFor }: AccountQuestions,
  asked: { caller: Promise<Fact<CallerIdentity>>; cluster: Promise<Fact<Cluster | undefined>> },
): Promise<Fact<IamFact>> {
  const [caller, cluster] = await Promise.all([asked.caller, asked.cluster]);
  const both: Fact<{ caller: CallerIdentity; cluster: Cluster }> = await readAfter(
    caller,
    async (caller) =>
      readAfter(cluster, async (cluster) =>
        cluster === undefined ? unknown(noCluster(config)) : known({ caller, cluster }),
      ),
  );
  return readAfter(both, ({ caller, cluster }) =>
    readIam(world.identity, { caller, cluster, names: nameFor(caller, config), config }),
  );
}

function noCluster({ cluster, region }: Config): UserError {
  return new UserError("GT-CLUSTER-NOT-FOUND", `There is no cluster "${cluster}" in ${region}.`);
}
