import type { Backend, Config } from "../config/config.ts";
import { readConfigFile } from "../config/config-file.ts";
import type { PartialConfig, PartialHost } from "../config/partial-config.ts";
import { type Answers, type Ask, resolveConfig, type Resolved } from "../config/resolve.ts";
import { type AskedHost, parseAskedHosts } from "../config/host-list.ts";
import { mergeHosts } from "../config/hosts.ts";
import type { Problems } from "../config/problems.ts";
import { askHost, createWizard } from "../config/wizard.ts";
import { UsageError, UserError } from "../errors.ts";
import { readFact } from "../facts/fact.ts";
import { readKeptConfig } from "../facts/kept-config.ts";
import { rebuildConfig } from "../facts/rebuilt-config.ts";
import { readServices } from "../facts/services.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { ClusterConnection, World } from "../ports/world.ts";
import { connectToCluster } from "../runner/connect.ts";
import { chooseCluster, REBUILT } from "./choose-cluster.ts";

export interface Settled {
  config: Config;
  connection: ClusterConnection | UserError;
  /** The kept document that the config was made with; `undefined` when none is kept. */
  keptText: string | undefined;
  /** Names of the hosts that the command is about; `undefined` when it is about all. */
  asked?: readonly string[];
  /** What is to be said of the config: that it was rebuilt. */
  notes: readonly string[];
}

/** Hosts that `add-host` was asked for, unparsed, and what is wrong with them already. */
export interface AskedHosts {
  hosts: readonly AskedHost[];
  problems: Problems;
}

export interface Unsettled {
  command: string;
  resolved: Resolved;
  world: World;
  /** As flags, file or AWS have it. */
  region: string | undefined;
  terminal: Terminal;
  asked?: AskedHosts;
}

/**
 * The whole config, and the cluster it names. What the cluster keeps of an earlier run counts
 * below flags, environment and file, whenever the cluster is known before the rest is asked; hosts
 * that are kept are never lost by a run that names another.
 */
export async function settleConfig(input: Unsettled): Promise<Settled> {
  const connections = new Connections(input);
  try {
    return input.asked === undefined
      ? await settleWhole(input, connections)
      : await settleAsked(input, input.asked, connections);
  } catch (error) {
    await connections.close();
    throw error;
  }
}

async function settleWhole(input: Unsettled, connections: Connections): Promise<Settled> {
  const { resolved, region, terminal } = input;
  const answers: Answers = {};
  const wizard = createWizard(terminal, offersOf(input, connections));
  const ask: Ask = async (open) => Object.assign(answers, await wizard(open));
  const known = resolved.cluster;
  const kept = known === undefined ? undefined : await connections.readOrRebuild(known, region);
  const layers = { resolved, ask, ...(region === undefined ? {} : { region }) };
  const first = await resolveConfig({ ...layers, ...(kept === undefined ? {} : { kept }) });
  const connection = await connections.find(first.config.cluster, first.config.region);
  const settle = (config: Config): Settled => {
    return { config, connection, keptText: connections.keptText, notes: connections.notes };
  };
  if (kept !== undefined || connection instanceof UserError) return settle(first.config);
  const late = await connections.readOrRebuild(first.config.cluster, first.config.region);
  if (late === undefined) return settle(first.config);
  const asked = { ...resolved, values: { ...answers, ...resolved.values } };
  const { config } = await resolveConfig({ ...layers, resolved: asked, kept: late });
  return settle(config);
}

/** What is kept, or rebuilt, with the hosts that were asked for; all that is wrong is told at once. */
async function settleAsked(
  input: Unsettled,
  asked: AskedHosts,
  connections: Connections,
): Promise<Settled> {
  const { region, terminal, world } = input;
  const { interactive } = input.resolved;
  const cluster =
    input.resolved.cluster ?? (await chooseCluster(world, interactive ? terminal : undefined));
  const connection = await connections.find(cluster, region ?? "");
  if (connection instanceof UserError) throw connection;
  const found = await connections.readOrRebuild(cluster, region);
  if (found === undefined) throw notInstalled(cluster);
  const hosts = await parseAsked(input, asked, { connection, domain: found.domain });
  const { file, values } = input.resolved;
  const resolved: Resolved = {
    ...input.resolved,
    cluster,
    values: { ...values, cluster },
    file: { ...file, hosts: mergeHosts(file.hosts, hosts) },
  };
  const ask = createWizard(terminal, offersOf(input, connections));
  const layers = { resolved, ask, ...(region === undefined ? {} : { region }) };
  const { config } = await resolveConfig({ ...layers, kept: found });
  return {
    config,
    connection,
    keptText: connections.keptText,
    asked: hosts.map(({ hostname }) => hostname),
    notes: connections.notes,
  };
}

async function parseAsked(
  { resolved, terminal }: Unsettled,
  { hosts: named, problems }: AskedHosts,
  about: { connection: ClusterConnection; domain: string | undefined },
): Promise<PartialHost[]> {
  const { connection, domain } = about;
  const isOpen = named.length === 0 && problems.lines.length === 0;
  if (isOpen && (!resolved.interactive || domain === undefined)) {
    throw new UsageError("GT-CONFIG-HOST", "add-host takes the names of hosts, or --from a file.", {
      hint: "gateway-tls add-host api.example.com --backend shop/api:8080",
    });
  }
  if (isOpen && domain !== undefined) {
    return [{ hostname: await askHost({ terminal }, domain) }];
  }
  const hosts = await parseAskedHosts(named, domain, problems);
  // Alone, the preflight tells a missing Service; beside other problems it is told with them.
  if (problems.lines.length > 0) {
    const at = new Map(named.map(({ hostname = "", where }) => [hostname.toLowerCase(), where]));
    await noteMissingServices(hosts, connection, { problems, at });
  }
  problems.throwIfAny();
  return hosts;
}

async function noteMissingServices(
  hosts: readonly PartialHost[],
  { kubernetes }: ClusterConnection,
  { problems, at }: { problems: Problems; at: ReadonlyMap<string, string> },
): Promise<void> {
  const services = await readServices(kubernetes);
  if (!services.known) return;
  for (const { hostname, backend } of hosts) {
    if (backend === undefined) continue;
    const { namespace, service, port } = backend;
    const found = services.value.find((one) => one.namespace === namespace && one.name === service);
    if (found?.ports.includes(port) === true) continue;
    const missing = `there is no Service ${namespace}/${service} with port ${port}`;
    problems.add(`${at.get(hostname) ?? "host"}: ${missing}, for ${hostname}.`);
  }
}

function notInstalled(cluster: string): UserError {
  return new UserError(
    "GT-NOT-INSTALLED",
    `The cluster ${cluster} keeps no configuration of gateway-tls.`,
    {
      hint: "gateway-tls init",
    },
  );
}

/** One connection per cluster, however often it is asked for. */
class Connections {
  readonly #input: Unsettled;
  readonly #found = new Map<string, Promise<ClusterConnection | UserError>>();
  /** As it was read last. */
  keptText: string | undefined;
  notes: readonly string[] = [];

  constructor(input: Unsettled) {
    this.#input = input;
  }

  find(cluster: string, region: string): Promise<ClusterConnection | UserError> {
    const { world, resolved } = this.#input;
    const known =
      this.#found.get(cluster) ?? connectToCluster(world, { cluster, region }, resolved.options);
    this.#found.set(cluster, known);
    return known;
  }

  /** What the cluster keeps; nothing when it cannot be read, which the preflight tells. */
  async readKept(cluster: string, region = ""): Promise<PartialConfig | undefined> {
    const connection = await this.find(cluster, region);
    if (connection instanceof UserError) return undefined;
    const kept = await readKeptConfig(connection.kubernetes);
    if (kept.known) this.keptText = kept.value?.text;
    if (!kept.known || kept.value === undefined || kept.value.text === "") return undefined;
    return readConfigFile(kept.value.text, { name: "the kept config" });
  }

  /** What is kept, else what the cluster's objects tell of an installation, which is noted. */
  async readOrRebuild(cluster: string, region = ""): Promise<PartialConfig | undefined> {
    const kept = await this.readKept(cluster, region);
    const connection = await this.find(cluster, region);
    if (kept !== undefined || connection instanceof UserError) return kept;
    const rebuilt = await readFact(() => rebuildConfig(connection));
    const found = rebuilt.known ? rebuilt.value : undefined;
    // An init that was ended before it kept anything has made no Gateway either.
    const isBegun = this.#input.command === "init" && found?.hosts === undefined;
    if (found === undefined || isBegun) return undefined;
    this.notes = [REBUILT];
    return found;
  }

  async close(): Promise<void> {
    const connections = await Promise.all(this.#found.values());
    const open = connections.flatMap((found) => (found instanceof UserError ? [] : [found]));
    await Promise.all(open.map((connection) => connection.close()));
  }
}

function offersOf({ world, region }: Unsettled, connections: Connections) {
  return {
    clusters: () => world.clusters.list(),
    zones: () => world.zones.list(),
    services: async (chosen: {
      cluster: string;
      region: string | undefined;
    }): Promise<Backend[]> => {
      const connection = await connections.find(chosen.cluster, chosen.region ?? region ?? "");
      if (connection instanceof UserError) throw connection;
      const services = await readServices(connection.kubernetes);
      if (!services.known) throw services.error;
      return services.value.flatMap(({ namespace, name: service, ports }) =>
        ports.map((port) => ({ namespace, service, port })),
      );
    },
  };
}
