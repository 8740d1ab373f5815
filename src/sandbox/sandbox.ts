import type { World } from "../ports/world.ts";
import { applyFaults, OLD_KUBERNETES } from "./apply-faults.ts";
import { createCaller, createClusters, createEnter } from "./aws/account.ts";
import { createHostedZones } from "./aws/hosted-zones.ts";
import { createIdentity } from "./aws/identity.ts";
import { certManagerChart } from "./charts/cert-manager.ts";
import type { SandboxChart } from "./charts/chart.ts";
import { externalDnsChart } from "./charts/external-dns.ts";
import { createCharts } from "./charts/helm.ts";
import { nginxGatewayFabricChart } from "./charts/nginx-gateway-fabric.ts";
import { controllers } from "./controllers/controllers.ts";
import { createDownloads } from "./downloads.ts";
import { parseFaults } from "./faults.ts";
import { createKubernetes } from "./kubernetes.ts";
import { createProbe } from "./network/probe.ts";
import { createResolver } from "./network/resolver.ts";
import { emptyState, seedCluster } from "./seed.ts";
import { Simulation } from "./simulation.ts";
import { defaultStatePath, readState, writeState } from "./state-file.ts";
import { StateLock } from "./state-lock.ts";

export interface SandboxOptions {
  /** Where the world is kept between commands; by default under the user's state directory. */
  statePath?: string;
  /** Names of `sandboxFaultNames`; the world remembers them. */
  faults: readonly string[];
  /** The virtual time at the start, unless the kept world is ahead of it. */
  startAt?: Date;
  /** Further charts, for tests. */
  charts?: readonly SandboxChart[];
}

/** `simulation` is where tests look behind the ports. */
export interface Sandbox extends World {
  simulation: Simulation;
  statePath: string;
}

/** What passes between two commands at least, so that what the first left open settles. */
const BETWEEN_COMMANDS_MS = 5_000;
/** How long the cluster of a new world has been running. */
const AGE_MS = 86_400_000;

/**
 * The outside world in memory. Throws `GT-SANDBOX-FAULT` (unknown fault) and `GT-SANDBOX-STATE`
 * (the kept world cannot be used). Nothing is written before a port carries out a write, which
 * throws `GT-SANDBOX-BUSY` while another process works on the same file.
 */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const faults = parseFaults(options.faults);
  const statePath = options.statePath ?? defaultStatePath();
  const lock = new StateLock(statePath);
  const kept = readState(statePath);
  const startAt = (options.startAt ?? new Date()).getTime();
  const state = kept ?? emptyState(startAt - AGE_MS);
  let wrote = false;
  const simulation = new Simulation({
    state,
    controllers,
    onChange: () => {
      if (wrote) writeState(statePath, state);
    },
  });
  if (kept === undefined) seedCluster(simulation);
  applyFaults(simulation, faults);
  const soonest = kept === undefined ? startAt : kept.now + BETWEEN_COMMANDS_MS;
  simulation.passUntil(Math.max(startAt, soonest));
  const world = createWorld(simulation, options.charts ?? [], () => {
    lock.take();
    wrote = true;
    simulation.notice();
    writeState(statePath, state);
  });
  const close = async () => {
    lock.release();
  };
  return { ...world, close, simulation, statePath };
}

/** kubectl is of the cluster's minor; helm 3 goes with old clusters. */
function toolsFor({ state }: Simulation): { kubectl: string; helm: string } {
  const version = state.aws.clusters["demo"]?.version ?? "1.34";
  return { kubectl: `${version}.2`, helm: version === OLD_KUBERNETES ? "3.21.4" : "4.2.4" };
}

/** There is no child and no connection to end. */
async function close(): Promise<void> {}

function createWorld(
  simulation: Simulation,
  charts: readonly SandboxChart[],
  onWrite: () => void,
): World {
  const enter = createEnter(simulation);
  const kubernetes = createKubernetes(simulation, onWrite);
  const known = [externalDnsChart, nginxGatewayFabricChart, certManagerChart, ...charts];
  return {
    caller: createCaller(simulation, enter),
    clusters: createClusters(simulation, enter, onWrite),
    identity: createIdentity(simulation, enter, onWrite),
    zones: createHostedZones(simulation, enter, onWrite),
    resolver: createResolver(simulation),
    probe: createProbe(simulation),
    tools: { versions: async () => toolsFor(simulation) },
    downloads: createDownloads(simulation),
    clock: simulation.clock,
    connect: async () => ({
      kubernetes,
      charts: createCharts(simulation, known, onWrite),
      close,
    }),
    close,
  };
}
