import { kinds } from "../../../src/kinds.ts";
import { createFakeScene } from "../../support/fake-cluster/fake-connection.ts";
import { describeKubernetesContract } from "./contract.ts";
import { describeUnreachableContract } from "./unreachable.ts";

const namespaceOf = (name: string) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name },
});

describeKubernetesContract("kubectl's proxy", async () => {
  const scene = await createFakeScene();
  const { kubernetes } = await scene.connect();
  const denied = { verb: "delete", group: "", resource: "nodes" };
  scene.cluster.denied.push(denied);
  const other = await createFakeScene();
  other.cluster.create(kinds.Namespace, namespaceOf("default"));
  other.cluster.readOnly = true;
  const reader = await other.connect();
  return {
    kubernetes,
    reader: reader.kubernetes,
    limited: { kubernetes, denied },
    applyAs: (manager, object) => {
      const kind = Object.values(kinds).find((one) => one.kind === object.kind);
      if (kind === undefined) throw new Error(`${object.kind} is not served`);
      const result = scene.cluster.store.apply(kind, manager, object);
      if (Array.isArray(result)) throw new Error(`${manager} met a conflict`);
      return Promise.resolve();
    },
    serve: (kind) => {
      scene.cluster.served.push(kind);
      return Promise.resolve();
    },
    writeLogs: ({ namespace, name, labels, lines }) => {
      scene.cluster.create(kinds.Pod, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace, labels },
        spec: { containers: [{ name: "app" }] },
      });
      scene.cluster.logs.set(`${namespace}/${name}`, lines);
      return Promise.resolve();
    },
    close: async () => {
      await Promise.all([scene.close(), other.close()]);
    },
  };
});

describeUnreachableContract("kubectl, and a closed port", async () => {
  const scene = await createFakeScene();
  const { kubernetes } = await scene.connect();
  await scene.cluster.close();
  return { kubernetes, close: () => scene.close() };
});
