import { UserError } from "../errors.ts";
import type { HostedZone } from "../ports/aws.ts";
import type { Resolver } from "../ports/network.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { climb } from "./caa.ts";
import { readDelegation, type DelegationFact } from "./delegation.ts";
import { known, readAfter, readFact, unknown, type Fact } from "./fact.ts";
import type { Survey } from "./survey.ts";
import type { NameServer } from "./zone-answers.ts";
import { encloses } from "./zone.ts";

/** The hosted zone of a host, who delegates to it, and its own servers. */
export interface ZoneSight {
  zone: Fact<{ id: string; name: string }>;
  delegation: Fact<DelegationFact>;
  servers: Fact<NameServer[]>;
}

interface ZoneQuestions {
  survey: Survey;
  zones: Fact<HostedZone[]>;
  viaRecursive: boolean;
}

/** Each is a call to AWS, and `status` makes at most eight, whatever the number of hosts. */
const ZONES_ASKED = 5;

/**
 * Reads the zone of a host, each zone once. An installation of ours has one; the hosts of Gateways
 * made by hand may be of several domains: what AWS says of those past the fifth is not asked.
 */
export function createZoneReader(
  world: Pick<ConnectedWorld, "zones" | "resolver">,
  questions: ZoneQuestions,
): (hostname: string) => Promise<ZoneSight> {
  const seen = new Map<string, Promise<ZoneSight>>();
  let asked = 0;
  const askServers = (id: string): Promise<Fact<string[]>> => {
    asked += 1;
    return asked > ZONES_ASKED
      ? Promise.resolve(unknown(tooMany()))
      : readFact(() => world.zones.nameServers(id));
  };
  return (hostname) => {
    const zone = chooseZone(questions, hostname);
    const key = zone.known ? zone.value.id : hostname;
    const sight = seen.get(key) ?? lookAtZone(world, { ...questions, zone, hostname, askServers });
    seen.set(key, sight);
    return sight;
  };
}

const tooMany = (): UserError =>
  new UserError(
    "GT-ZONE-NOT-ASKED",
    `The hosts are in more than ${ZONES_ASKED} hosted zones, and Route 53 was not asked for the name servers of this one.`,
    { hint: "Look at fewer hosts at once: name those that are meant." },
  );

/** The zone that the kept config names; else the nearest public one. */
function chooseZone(
  { survey: { zone }, zones }: ZoneQuestions,
  hostname: string,
): ZoneSight["zone"] {
  const { id } = zone;
  if (id !== undefined && !zones.known) return known({ id, name: zone.name });
  if (!zones.known) return zones;
  if (id !== undefined)
    return known({ id, name: zones.value.find((one) => one.id === id)?.name ?? zone.name });
  const [found] = zones.value
    .filter((one) => !one.private && encloses(one.name, hostname))
    .sort((a, b) => b.name.length - a.name.length);
  if (found !== undefined) return known(found);
  const domain = zone.name.includes(".") ? zone.name : hostname;
  const message = `The account has no public hosted zone for ${domain}.`;
  return unknown(new UserError("GT-ZONE-NOT-FOUND", message));
}

async function lookAtZone(
  { resolver }: Pick<ConnectedWorld, "resolver">,
  about: ZoneQuestions & {
    zone: ZoneSight["zone"];
    hostname: string;
    askServers: (id: string) => Promise<Fact<string[]>>;
  },
): Promise<ZoneSight> {
  const { zone, hostname, viaRecursive } = about;
  const nameServers = await readAfter(zone, ({ id }) => about.askServers(id));
  const name = zone.known ? zone.value.name : hostname;
  const [delegation, servers] = await Promise.all([
    readAfter(nameServers, (found) =>
      readDelegation(resolver, { name, nameServers: found }, { viaRecursive }),
    ),
    findServers(resolver, nameServers, name),
  ]);
  return { zone, delegation, servers };
}

/** The zone's servers as Route 53 names them; without AWS, as DNS does. */
async function findServers(
  resolver: Resolver,
  nameServers: Fact<string[]>,
  domain: string,
): Promise<Fact<NameServer[]>> {
  const names = nameServers.known
    ? nameServers
    : await readFact(() => askNameServers(resolver, domain));
  return readAfter(names, (all) =>
    readFact(() =>
      Promise.all(
        all.map(async (name) => {
          const answer = await readFact(() => resolver.query(name, "A"));
          const found = answer.known ? answer.value.answers : [];
          return { name, address: found.find(({ type }) => type === "A")?.value };
        }),
      ),
    ),
  );
}

async function askNameServers(resolver: Resolver, domain: string): Promise<string[]> {
  for (const name of climb(domain)) {
    const { answers } = await resolver.query(name, "NS");
    const found = answers.filter(({ type }) => type === "NS").map(({ value }) => value);
    if (found.length > 0) return found.map((one) => one.replace(/\.$/, ""));
  }
  return [];
}
