import type { Simulation } from "../simulation.ts";
import type { ZoneState } from "../world-state.ts";

/** What a name server answers for. */
export type ServerRole =
  | { kind: "root" }
  | { kind: "top-level" }
  /** Serves hosted zones of the account. */
  | { kind: "zone"; zones: ZoneState[] }
  /** Where an undelegated zone still points: a server that knows nothing of the zone's records. */
  | { kind: "stranger" };

const ROOT_SERVERS = ["a.root-servers.net", "b.root-servers.net"];
const TOP_LEVEL_SERVERS = ["a.gtld-servers.net", "b.gtld-servers.net"];
const STRANGERS = ["ns1.registrar-parking.net", "ns2.registrar-parking.net"];

export const rootServers = (): readonly string[] => ROOT_SERVERS;
export const topLevelServers = (): readonly string[] => TOP_LEVEL_SERVERS;

/** The servers that the parent zone hands out for a zone. */
export function delegatedServers(simulation: Simulation, zone: ZoneState): readonly string[] {
  return simulation.hasFault("undelegated-zone") ? STRANGERS : zone.nameServers;
}

/** The address of any name server in the sandbox; `undefined` for other names. */
export function serverAddress(simulation: Simulation, name: string): string | undefined {
  const fixed = fixedAddress(name);
  if (fixed !== undefined) return fixed;
  const known = Object.values(simulation.state.aws.zones).some(({ nameServers }) =>
    nameServers.includes(name),
  );
  if (!known) return undefined;
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) % 65_521;
  return `205.251.${192 + ((hash >> 8) % 8)}.${1 + (hash % 254)}`;
}

function fixedAddress(name: string): string | undefined {
  const tables: [readonly string[], string][] = [
    [ROOT_SERVERS, "198.41.0"],
    [TOP_LEVEL_SERVERS, "192.5.6"],
    [STRANGERS, "192.0.2"],
  ];
  for (const [names, prefix] of tables) {
    const index = names.indexOf(name);
    if (index >= 0) return `${prefix}.${index + 30}`;
  }
  return undefined;
}

/** Who answers at an address; `undefined` when no name server is there. */
export function serverAt(simulation: Simulation, address: string): ServerRole | undefined {
  const isAt = (name: string): boolean => serverAddress(simulation, name) === address;
  if (ROOT_SERVERS.some(isAt)) return { kind: "root" };
  if (TOP_LEVEL_SERVERS.some(isAt)) return { kind: "top-level" };
  if (STRANGERS.some(isAt)) return { kind: "stranger" };
  const zones = Object.values(simulation.state.aws.zones).filter(
    (zone) => !zone.private && zone.nameServers.some(isAt),
  );
  return zones.length === 0 ? undefined : { kind: "zone", zones };
}
