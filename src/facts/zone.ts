import type { HostedZone, HostedZones } from "../ports/aws.ts";
import { readFact, type Fact } from "./fact.ts";

/** Why `--zone-id` does not name a usable zone. */
export type ZoneIdProblem = "absent" | "private" | "elsewhere";

/** The hosted zone for the domain, and what else the account has that may be meant. */
export interface ZoneFact {
  /** The zone that records go to; `undefined` without one, with twins, or with a wrong zone id. */
  zone: HostedZone | undefined;
  /** Public zones with the name nearest to the domain; more than one are twins. */
  candidates: HostedZone[];
  /** Of twins, the one that the parent delegates to, where that could be seen. */
  delegated?: HostedZone;
  /** Private zones of the domain or of a name above it: they answer inside their VPCs only. */
  privateZones: HostedZone[];
  /** Every public zone of the account: for hints and prompts. */
  publicZones: HostedZone[];
  /** The delegation set of `zone`. */
  nameServers: string[];
  zoneIdProblem: ZoneIdProblem | undefined;
}

/** The nearest public hosted zone that encloses `domain`, or the one that `zoneId` names. */
export async function readZone(
  zones: HostedZones,
  domain: string,
  zoneId?: string,
): Promise<Fact<ZoneFact>> {
  return readFact(async () => {
    const choice = chooseZone(await zones.list(), domain, zoneId);
    const nameServers = choice.zone === undefined ? [] : await zones.nameServers(choice.zone.id);
    return { ...choice, nameServers };
  });
}

/** Which of the account's zones is meant (pure). */
export function chooseZone(
  all: readonly HostedZone[],
  domain: string,
  zoneId?: string,
): Omit<ZoneFact, "nameServers"> {
  const enclosing = all.filter(({ name }) => encloses(name, domain));
  const publicOnes = enclosing.filter((zone) => !zone.private);
  const nearest = Math.max(0, ...publicOnes.map(({ name }) => name.length));
  const candidates = publicOnes.filter(({ name }) => name.length === nearest);
  const found = {
    candidates,
    privateZones: enclosing.filter((zone) => zone.private),
    publicZones: all.filter((zone) => !zone.private),
  };
  if (zoneId === undefined) {
    const zone = candidates.length === 1 ? candidates[0] : undefined;
    return { ...found, zone, zoneIdProblem: undefined };
  }
  const zone = all.find(({ id }) => id === zoneId);
  const zoneIdProblem = findProblem(zone, domain);
  return { ...found, zone: zoneIdProblem === undefined ? zone : undefined, zoneIdProblem };
}

function findProblem(zone: HostedZone | undefined, domain: string): ZoneIdProblem | undefined {
  if (zone === undefined) return "absent";
  if (zone.private) return "private";
  return encloses(zone.name, domain) ? undefined : "elsewhere";
}

/** Whether `name` is `domain` or a name above it. */
export function encloses(name: string, domain: string): boolean {
  return name === domain || domain.endsWith(`.${name}`);
}
