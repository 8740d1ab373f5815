import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandInput } from "../../src/commands/command.ts";
import { verbs } from "../../src/commands/verbs.ts";
import type { Host } from "../../src/config/config.ts";
import { kinds } from "../../src/kinds.ts";
import { buildHostNames } from "../../src/plan/names.ts";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import type { Terminal } from "../../src/ports/terminal.ts";
import type { ClusterConnection, ConnectedWorld, World } from "../../src/ports/world.ts";
import { withConnection } from "../../src/runner/connect.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { ZONE_ID } from "../../src/sandbox/seed.ts";
import { type Ran, runCli } from "./run-cli.ts";

type Through = (world: ConnectedWorld) => ConnectedWorld;

interface Where {
  statePath: string;
  cwd: string;
}

/** Runs one command line in the sandbox of this state; `through` stands in front of its world. */
export function runInSandbox(
  line: string,
  where: Where,
  through?: Through,
  signal?: AbortSignal,
): Promise<Ran> {
  if (through === undefined && signal === undefined && isBeginning(line, where)) {
    return beginOnce(line, where);
  }
  const between = through ?? ((world: ConnectedWorld) => world);
  return runWith(line, where, (input) => ({
    ...input,
    signal: signal ?? input.signal,
    createWorld: async (...args) => standInFront(await input.createWorld(...args), between),
  }));
}

/** The same with somebody who answers. */
export function runAtTerminal(
  line: string,
  terminal: Terminal,
  where: Where,
  through: Through = (world) => world,
): Promise<Ran> {
  return runWith(
    line,
    where,
    (input) => ({
      ...input,
      terminal,
      createWorld: async (...args) => standInFront(await input.createWorld(...args), through),
    }),
    true,
  );
}

/** What `init` makes of a world that is not there yet is the same each time: it is made once. */
const begun = new Map<string, { ran: Ran; state: string }>();

const isBeginning = (line: string, { statePath, cwd }: Where): boolean =>
  line.startsWith("init ") && !existsSync(statePath) && !existsSync(join(cwd, "gateway-tls.yaml"));

async function beginOnce(line: string, where: Where): Promise<Ran> {
  const { statePath } = where;
  // Where a line of the screen ends depends on it.
  const key = `${statePath.length} ${line}`;
  const known = begun.get(key);
  if (known === undefined) {
    const ran = await runWith(line, where, (input) => input);
    const state = existsSync(statePath) ? readFileSync(statePath, "utf8") : "";
    if (state !== "") begun.set(key, { ran: naming(ran, statePath, STATE), state });
    return ran;
  }
  writeFileSync(statePath, known.state);
  return naming(known.ran, STATE, statePath);
}

const STATE = "THE STATE OF THE SANDBOX";

const naming = ({ exitCode, stdout, stderr }: Ran, from: string, to: string): Ran => ({
  exitCode,
  stdout: stdout.replaceAll(from, to),
  stderr: stderr.replaceAll(from, to),
});

async function runWith(
  line: string,
  { statePath, cwd }: Where,
  change: (input: CommandInput) => CommandInput,
  isTTY = false,
): Promise<Ran> {
  const argv = `${line} --sandbox --sandbox-state ${statePath}`.split(" ");
  const changed = verbs.map((verb) => ({
    ...verb,
    load: async () => {
      const { run } = await verb.load();
      return { run: (input: CommandInput) => run(change(input)) };
    },
  }));
  return runCli(argv, { cwd, verbs: changed, isTTY });
}

/** The account's ports too: they are not the connection's, but the same run's. */
function standInFront(world: World, through: Through): World {
  // Each command's own connection takes the place of this one, which is never asked.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const unconnected = { kubernetes: {}, charts: {} } as ClusterConnection;
  const account = through(withConnection(world, unconnected));
  return {
    ...account,
    connect: async (cluster, access) => {
      const connection = await world.connect(cluster, access);
      const { kubernetes, charts } = through(withConnection(world, connection));
      return { kubernetes, charts, close: () => connection.close() };
    },
    close: () => world.close(),
  };
}

/** What of an installation belongs to its hosts, by name. */
export interface HostParts {
  listeners: string[];
  issuer: string | undefined;
  certificates: string[];
  secrets: string[];
  routes: string[];
  records: string[];
}

/** What is there of hosts. */
export async function readHostParts(statePath: string): Promise<HostParts> {
  const { simulation } = await createSandbox({ statePath, faults: [] });
  const { store, state } = simulation;
  const ours = (object: KubernetesObject) =>
    object.metadata.labels?.["app.kubernetes.io/managed-by"] === "gateway-tls";
  const gateway = store.findKind("Gateway", "gateway-tls", "gateway-tls");
  const spec: { listeners?: { name: string }[] } = Object(gateway?.["spec"]);
  const names = (objects: readonly KubernetesObject[]) =>
    objects.map(({ metadata }) => metadata.name).sort();
  const zone = state.aws.zones[ZONE_ID]?.records ?? [];
  const addresses = zone.filter(({ type }) => type === "A");
  const isIssued = ({ metadata }: KubernetesObject) =>
    metadata.annotations?.["cert-manager.io/issuer-name"]?.startsWith("gateway-tls") === true;
  return {
    listeners: (spec.listeners ?? []).map(({ name }) => name).sort(),
    issuer: gateway?.metadata.annotations?.["cert-manager.io/cluster-issuer"],
    certificates: names(store.all("Certificate")),
    secrets: names(store.all("Secret").filter(isIssued)),
    routes: names(store.all(kinds.HTTPRoute.kind).filter(ours)),
    records: addresses.map(({ name }) => name).sort(),
  };
}

/** As `config show --output json` has it. */
export interface KeptHosts {
  hosts: readonly Pick<Host, "hostname">[];
  issuer: string;
}

/** What the kept config says that there is of hosts. */
export function expectHostParts({ hosts, issuer }: KeptHosts): HostParts {
  const named = hosts.map(({ hostname }) => ({ hostname, ...buildHostNames(hostname) }));
  const secrets = named.map(({ secret }) => secret).sort();
  return {
    listeners: ["http", ...named.map(({ listener }) => listener)].sort(),
    issuer: `gateway-tls-${issuer}`,
    certificates: secrets,
    secrets,
    routes: named.flatMap(({ route, redirectRoute }) => [route, redirectRoute]).sort(),
    records: named.map(({ hostname }) => hostname).sort(),
  };
}
