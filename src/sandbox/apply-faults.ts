import { parseFaults, type SandboxFault } from "./faults.ts";
import type { Simulation } from "./simulation.ts";
import type { WorldState } from "./world-state.ts";
import { agentAddon, hostedZone, ZONE_ID, ZONE_NAME } from "./seed.ts";
import { putForeignCrds, removeForeignCrds } from "./foreign-crds.ts";

/** Kubernetes of the fault `old-kubernetes`. */
export const OLD_KUBERNETES = "1.31";

const TWIN_ID = "Z0123456789EXAMPLE02";

interface WorldFault {
  begin(simulation: Simulation): void;
  end(simulation: Simulation): void;
}

/** Faults that are something in the world, and not only a way in which it acts. */
const inWorld: Partial<Record<SandboxFault, WorldFault>> = {
  "broken-dnssec": {
    begin: ({ state }) => {
      const zone = state.aws.zones[ZONE_ID];
      if (zone !== undefined) zone.ds = `12345 13 2 ${"0a".repeat(32)}`;
    },
    end: ({ state }) => {
      delete state.aws.zones[ZONE_ID]?.ds;
    },
  },
  "two-zones": {
    begin: ({ state }) => {
      state.aws.zones[TWIN_ID] = hostedZone(TWIN_ID, ZONE_NAME, 2);
    },
    end: ({ state }) => {
      delete state.aws.zones[TWIN_ID];
    },
  },
  "caa-forbids": {
    begin: ({ state }) => {
      const values = ['0 issue "another-ca.example"'];
      const record = { name: ZONE_NAME, type: "CAA", ttlSeconds: 300, values, visibleFrom: 0 };
      state.aws.zones[ZONE_ID]?.records.push(record);
    },
    end: ({ state }) => {
      const zone = state.aws.zones[ZONE_ID];
      if (zone !== undefined) zone.records = zone.records.filter(({ type }) => type !== "CAA");
    },
  },
  // A load balancer keeps its scheme: to mend it, somebody deletes it, and it is made anew.
  "internal-load-balancer": { begin: () => undefined, end: deleteLoadBalancers },
  "no-pod-identity": {
    begin: ({ state }) => {
      state.aws.addons["demo"] = [];
    },
    end: ({ state }) => {
      state.aws.addons["demo"] = [agentAddon()];
    },
  },
  "stuck-release": {
    begin: (simulation) => {
      leavePending(simulation, { "app.kubernetes.io/managed-by": "gateway-tls" });
    },
    end: endPending,
  },
  "foreign-stuck-release": {
    begin: (simulation) => {
      leavePending(simulation, {});
    },
    end: endPending,
  },
  "foreign-crds": { begin: putForeignCrds, end: removeForeignCrds },
  "old-kubernetes": {
    begin: ({ state }) => {
      setVersion(state, OLD_KUBERNETES);
    },
    end: ({ state }) => {
      setVersion(state, "1.34");
    },
  },
};

/** Puts newly asked faults into the world; `none` ends all that it had until then. */
export function applyFaults(simulation: Simulation, faults: readonly SandboxFault[]): void {
  for (const fault of faults) {
    if (fault === "none") endFaults(simulation);
    else if (!simulation.hasFault(fault)) {
      simulation.state.faults.push(fault);
      inWorld[fault]?.begin(simulation);
    }
  }
}

function endFaults(simulation: Simulation): void {
  for (const fault of parseFaults(simulation.state.faults)) inWorld[fault]?.end(simulation);
  simulation.state.faults = [];
  simulation.notice();
}

function deleteLoadBalancers({ state, store }: Simulation): void {
  for (const [hostname, { service }] of Object.entries(state.loadBalancers)) {
    const [namespace = "", name = ""] = service.split("/");
    const live = store.findKind("Service", name, namespace);
    if (live !== undefined) store.setStatus(live, { loadBalancer: {} });
    delete state.loadBalancers[hostname];
  }
}

function setVersion({ aws }: WorldState, version: string): void {
  const { demo } = aws.clusters;
  if (demo !== undefined) demo.version = version;
}

function endPending({ state }: Simulation): void {
  state.releases = state.releases.filter(({ status }) => !status.startsWith("pending-"));
}

/** What a killed helm leaves: a first revision that says it is still at it. */
function leavePending(simulation: Simulation, labels: Record<string, string>): void {
  const { store, state } = simulation;
  const namespace = "cert-manager";
  if (store.findKind("Namespace", namespace) === undefined) {
    const ours = Object.keys(labels).length > 0;
    const managed = ours ? { labels: { "app.kubernetes.io/managed-by": "gateway-tls" } } : {};
    store.create({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace, ...managed },
    });
  }
  if (state.releases.some(({ name }) => name === "cert-manager")) return;
  state.releases.push({
    name: "cert-manager",
    namespace,
    revision: 1,
    status: "pending-install",
    chart: "cert-manager",
    chartVersion: "v1.21.1",
    appVersion: "v1.21.1",
    values: {},
    labels,
    updatedAt: new Date(simulation.now - 1_800_000).toISOString(),
  });
}
