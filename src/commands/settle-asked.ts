import { findBackendProblem } from "../checks/backend.ts";
import { type Answers, type Ask, formatAnswers } from "../config/answers.ts";
import { DEFAULT_NAMESPACES } from "../config/defaults.ts";
import { parseAskedHosts } from "../config/host-list.ts";
import { mergeHosts } from "../config/hosts.ts";
import type { PartialConfig, PartialHost } from "../config/partial-config.ts";
import { resolveConfig, type Resolved } from "../config/resolve.ts";
import { askHost, createWizard } from "../config/wizard.ts";
import { UsageError, UserError } from "../errors.ts";
import { readServices } from "../facts/services.ts";
import type { ClusterConnection } from "../ports/world.ts";
import { completeError } from "./access.ts";
import { chooseCluster } from "./choose-cluster.ts";
import type { Connections } from "./connections.ts";
import { offersOf } from "./offers.ts";
import type { AskedHosts, Settled, Unsettled } from "./settled.ts";

/** What is kept, or rebuilt, with the hosts that were asked for; all that is wrong is told at once. */
export async function settleAsked(
  input: Unsettled,
  asked: AskedHosts,
  connections: Connections,
): Promise<Settled> {
  const { region, terminal, world } = input;
  const { interactive, options } = input.resolved;
  const cluster =
    input.resolved.cluster ?? (await chooseCluster(world, interactive ? terminal : undefined));
  const connection = await connections.find(cluster, region ?? "");
  const access = asked.accessTo(cluster);
  if (connection instanceof UserError) throw completeError(connection, access);
  const kept = await connections.readOrRebuild(cluster, region);
  if (kept === undefined) {
    throw completeError(connections.unread ?? notInstalled(cluster), access);
  }
  const hosts = await parseAsked(input, asked, { connection, kept, access: access.gatewayTls });
  const { file, values } = input.resolved;
  const resolved: Resolved = {
    ...input.resolved,
    cluster,
    values: { ...values, cluster },
    file: { ...file, hosts: mergeHosts(file.hosts, hosts) },
  };
  const answers: Answers = {};
  const wizard = createWizard(terminal, offersOf({ world, region, options }, connections));
  const ask: Ask = async (open) => Object.assign(answers, await wizard(open));
  const layers = { resolved, ask, ...(region === undefined ? {} : { region }) };
  const { config } = await resolveConfig({ ...layers, kept });
  const { keptText, notes } = connections;
  const names = hosts.map(({ hostname }) => hostname);
  const isNamed = asked.hosts.length > 0;
  const answered = { flags: formatAnswers(answers), names: isNamed ? [] : names };
  return { config, connection, keptText, asked: names, answered, notes };
}

interface Place {
  connection: ClusterConnection;
  kept: PartialConfig;
  access: readonly string[];
}

async function parseAsked(
  { resolved, terminal }: Unsettled,
  { hosts: named, problems }: AskedHosts,
  { connection, kept, access }: Place,
): Promise<PartialHost[]> {
  const { domain } = kept;
  const isOpen = named.length === 0 && problems.lines.length === 0;
  if (isOpen && (!resolved.interactive || domain === undefined)) throw noHost(domain, access);
  if (isOpen && domain !== undefined) {
    const taken = (kept.hosts ?? []).map(({ hostname }) => hostname);
    return [{ hostname: await askHost({ terminal }, { domain, taken }) }];
  }
  const hosts = await parseAskedHosts(named, domain, problems);
  // Alone, the preflight tells a missing Service; beside other problems it is told with them.
  if (problems.lines.length > 0)
    await noteMissingServices(hosts, { connection, kept }, { hosts: named, problems });
  problems.throwIfAny();
  return hosts;
}

function noHost(domain = "example.com", access: readonly string[]): UsageError {
  const flags = ["--backend NAMESPACE/SERVICE:PORT", ...access].join(" ");
  return new UsageError("GT-CONFIG-HOST", "add-host takes the names of hosts, or --from a file.", {
    hint: `gateway-tls add-host api.${domain} ${flags}`,
  });
}

async function noteMissingServices(
  hosts: readonly PartialHost[],
  { connection, kept }: Pick<Place, "connection" | "kept">,
  { hosts: named, problems }: Pick<AskedHosts, "hosts" | "problems">,
): Promise<void> {
  const services = await readServices(connection.kubernetes);
  if (!services.known) return;
  const namespaces = { ...DEFAULT_NAMESPACES, ...kept.namespaces };
  const known = { services: services.value, namespaces };
  for (const { hostname, backend } of hosts) {
    const problem = backend && findBackendProblem(backend, known);
    if (problem === undefined) continue;
    const said = named.find((one) => one.hostname?.toLowerCase() === hostname);
    const meant = problem.nearest === undefined ? "" : ` Did you mean ${problem.nearest}?`;
    const where = said?.backend?.where ?? "--backend";
    // What the flag says is for every host, and told once.
    const whose = typeof where === "string" ? "" : `${hostname}: `;
    problems.addAt(where, `${whose}${problem.message}${meant}`);
  }
}

function notInstalled(cluster: string): UserError {
  return new UserError(
    "GT-NOT-INSTALLED",
    `The cluster ${cluster} keeps no configuration of gateway-tls.`,
    { hint: "gateway-tls init" },
  );
}
