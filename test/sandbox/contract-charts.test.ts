import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import {
  chartDeployment,
  chartLabels,
  type ReleaseFacts,
  type SandboxChart,
} from "../../src/sandbox/charts/chart.ts";
import { checkValues } from "../../src/sandbox/charts/values-schema.ts";
import { describeChartsContract } from "../contract/charts/contract.ts";
import { describeRenderedCharts, type RenderedHarness } from "../contract/charts/rendered.ts";
import { newSandbox } from "./bring-up.ts";

const demo: SandboxChart = {
  name: "demo-chart",
  versions: { "1.0.0": "1.0.0", "1.1.0": "1.1.0" },
  check: (_, values) => checkValues({ keys: { replicas: "integer" }, others: true }, values),
  render: (release) => [
    ...(release.values["stuck"] === true ? [stuckDeployment(release)] : []),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "config", namespace: release.namespace },
      data: { replicas: JSON.stringify(release.values["replicas"]) },
    },
  ],
};

/** No pod of it can be made: its ServiceAccount is not there. */
const stuckDeployment = (release: ReleaseFacts): KubernetesObject =>
  chartDeployment(release, {
    name: "demo-app",
    labels: chartLabels(release, "demo-chart"),
    serviceAccount: "absent",
    image: "demo",
    args: [],
    container: "app",
  });

describeChartsContract("the sandbox", makeCharts);
describeRenderedCharts("the sandbox", makeCharts);

async function makeCharts(): Promise<RenderedHarness> {
  const sandbox = await newSandbox({ charts: [demo] });
  const { kubernetes, charts } = await sandbox.connect(undefined, {});
  const { state } = sandbox.simulation;
  return {
    charts,
    kubernetes,
    chart: {
      reference: (version) => `./charts/demo-chart-${version}.tgz`,
      name: "demo-chart",
      versions: ["1.0.0", "1.1.0"],
      config: "config",
      neverReady: { stuck: true },
    },
    unreachable: "oci://127.0.0.1:1/charts/absent",
    leave: async ({ name, namespace }, status) => {
      const at = state.releases.findIndex(
        (one) => one.name === name && one.namespace === namespace,
      );
      const live = state.releases[at];
      const next = {
        name,
        namespace,
        chart: "demo-chart",
        chartVersion: "1.0.0",
        appVersion: "1.0.0",
        values: {},
        labels: {},
        updatedAt: sandbox.clock.now().toISOString(),
        ...live,
        status,
        revision: (live?.revision ?? 0) + 1,
      };
      state.releases.splice(at < 0 ? state.releases.length : at, 1, next);
    },
    close: () => sandbox.close(),
  };
}
