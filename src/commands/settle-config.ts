import type { Backend, Config } from "../config/config.ts";
import { readConfigFile } from "../config/config-file.ts";
import type { PartialConfig } from "../config/partial-config.ts";
import { type Answers, type Ask, resolveConfig, type Resolved } from "../config/resolve.ts";
import { createWizard } from "../config/wizard.ts";
import { UserError } from "../errors.ts";
import { readKeptConfig } from "../facts/kept-config.ts";
import { readServices } from "../facts/services.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { ClusterConnection, World } from "../ports/world.ts";
import { connectToCluster } from "../runner/connect.ts";

export interface Settled {
  config: Config;
  connection: ClusterConnection | UserError;
  /** The kept document that the config was made with; `undefined` when none is kept. */
  keptText: string | undefined;
}

export interface Unsettled {
  command: string;
  resolved: Resolved;
  world: World;
  /** As flags, file or AWS have it. */
  region: string | undefined;
  terminal: Terminal;
}

/**
 * The whole config, and the cluster it names. What the cluster keeps of an earlier run counts
 * below flags, environment and file, whenever the cluster is known before the rest is asked; hosts
 * that are kept are never lost by a run that names another.
 */
export async function settleConfig(input: Unsettled): Promise<Settled> {
  const { resolved, region, terminal } = input;
  const connections = new Connections(input);
  const answers: Answers = {};
  const wizard = createWizard(terminal, offersOf(input, connections));
  const ask: Ask = async (open) => Object.assign(answers, await wizard(open));
  try {
    const known = resolved.cluster;
    const kept = known === undefined ? undefined : await connections.readKept(known, region);
    if (input.command !== "init" && known !== undefined && kept === undefined) {
      const connection = await connections.find(known, region ?? "");
      throw connection instanceof UserError ? connection : notInstalled(known);
    }
    const layers = { resolved, ask, ...(region === undefined ? {} : { region }) };
    const first = await resolveConfig({ ...layers, ...(kept === undefined ? {} : { kept }) });
    const connection = await connections.find(first.config.cluster, first.config.region);
    if (kept !== undefined || connection instanceof UserError) {
      return { config: first.config, connection, keptText: connections.keptText };
    }
    const late = await connections.readKept(first.config.cluster, first.config.region);
    if (late === undefined)
      return { config: first.config, connection, keptText: connections.keptText };
    const asked = { ...resolved, values: { ...answers, ...resolved.values } };
    const { config } = await resolveConfig({ ...layers, resolved: asked, kept: late });
    return { config, connection, keptText: connections.keptText };
  } catch (error) {
    await connections.close();
    throw error;
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
