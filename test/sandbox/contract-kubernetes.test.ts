import {
  describeAdmissionContract,
  describeKubernetesContract,
} from "../contract/kubernetes/contract.ts";
import { crdOf, type KubernetesHarness } from "../contract/kubernetes/harness.ts";
import { describeUnreachableContract } from "../contract/kubernetes/unreachable.ts";
import { applyObject } from "../../src/sandbox/apply-object.ts";
import { installCrds, newSandbox } from "./bring-up.ts";

describeKubernetesContract("the sandbox", makeKubernetes);
describeAdmissionContract("the sandbox", makeKubernetes);

async function makeKubernetes(): Promise<KubernetesHarness> {
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
    serve: async (kind) => {
      await kubernetes.apply([crdOf(kind)]);
      await sandbox.clock.sleep(1_000);
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
}

describeUnreachableContract("the sandbox, out of reach", async () => {
  const sandbox = await newSandbox({ faults: ["unreachable-cluster"] });
  const { kubernetes } = await sandbox.connect(undefined, {});
  return { kubernetes, close: () => sandbox.close() };
});
