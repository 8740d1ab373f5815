import type { SandboxFault } from "./faults.ts";
import type { Simulation } from "./simulation.ts";
import { hostedZone, ZONE_ID, ZONE_NAME } from "./seed.ts";
import { buildCrdBundle } from "./charts/gateway-api-crds.ts";
import { applyObject } from "./apply-object.ts";

/** Faults that are something in the world, and not only a way in which it acts. */
const inWorld: Partial<Record<SandboxFault, (simulation: Simulation) => void>> = {
  "two-zones": ({ state }) => {
    const id = "Z0123456789EXAMPLE02";
    state.aws.zones[id] = hostedZone(id, ZONE_NAME, 2);
  },
  "caa-forbids": ({ state }) => {
    state.aws.zones[ZONE_ID]?.records.push({
      name: ZONE_NAME,
      type: "CAA",
      ttlSeconds: 300,
      values: ['0 issue "another-ca.example"'],
      visibleFrom: 0,
    });
  },
  "no-pod-identity": ({ state }) => {
    state.aws.addons["demo"] = [];
  },
  "stuck-release": (simulation) => {
    leavePending(simulation, { "app.kubernetes.io/managed-by": "gateway-tls" });
  },
  "foreign-stuck-release": (simulation) => {
    leavePending(simulation, {});
  },
  "foreign-crds": (simulation) => {
    for (const crd of buildCrdBundle("1.2.1")) {
      const labels = { "app.kubernetes.io/managed-by": "platform-team" };
      applyObject(simulation, { ...crd, metadata: { ...crd.metadata, labels } }, "platform-team");
    }
  },
};

/** Puts newly asked faults into the world; those that it already has stay as they are. */
export function applyFaults(simulation: Simulation, faults: readonly SandboxFault[]): void {
  for (const fault of faults) {
    if (simulation.hasFault(fault)) continue;
    simulation.state.faults.push(fault);
    inWorld[fault]?.(simulation);
  }
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
