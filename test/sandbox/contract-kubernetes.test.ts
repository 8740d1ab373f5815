import { describeKubernetesContract } from "../contract/kubernetes/contract.ts";
import { describeUnreachableContract } from "../contract/kubernetes/unreachable.ts";
import { applyObject } from "../../src/sandbox/apply-object.ts";
import { installCrds, newSandbox } from "./bring-up.ts";

describeKubernetesContract("the sandbox", async () => {
  const sandbox = await newSandbox();
  await installCrds(sandbox);
  const { kubernetes } = await sandbox.connect(undefined, {});
  const { simulation } = sandbox;
  const other = await newSandbox({ faults: ["forbidden"] });
  const limited = await other.connect(undefined, {});
  return {
    kubernetes,
    limited: {
      kubernetes: limited.kubernetes,
      denied: { verb: "delete", group: "", resource: "nodes" },
    },
    reader: limited.kubernetes,
    applyAs: async (manager, object) => {
      applyObject(simulation, object, manager);
    },
    writeLogs: async ({ namespace, name, labels, lines }) => {
      const metadata = { name, namespace, labels };
      const pod = simulation.store.create({ apiVersion: "v1", kind: "Pod", metadata });
      for (const line of lines) simulation.log(pod, line);
    },
    close: async () => {
      await Promise.all([sandbox.close(), other.close()]);
    },
  };
});

describeUnreachableContract("the sandbox, out of reach", async () => {
  const sandbox = await newSandbox({ faults: ["unreachable-cluster"] });
  const { kubernetes } = await sandbox.connect(undefined, {});
  return { kubernetes, close: () => sandbox.close() };
});
