import type { SandboxChart } from "../../src/sandbox/charts/chart.ts";
import { describeChartsContract } from "../contract/charts/contract.ts";
import { newSandbox } from "./bring-up.ts";

const demo: SandboxChart = {
  name: "demo-chart",
  versions: { "1.0.0": "1.0.0", "1.1.0": "1.1.0" },
  check: () => [],
  render: ({ namespace, values }) => [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "config", namespace },
      data: { replicas: JSON.stringify(values["replicas"]) },
    },
  ],
};

describeChartsContract("the sandbox", async () => {
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
});
