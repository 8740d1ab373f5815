import { kinds } from "../../../src/kinds.ts";
import { createFakeScene } from "../../support/fake-cluster/fake-connection.ts";
import { describeKubernetesContract } from "./contract.ts";

describeKubernetesContract("kubectl's proxy and apply", async () => {
  const scene = await createFakeScene();
  const { kubernetes } = await scene.connect();
  const denied = { verb: "delete", group: "", resource: "nodes" };
  scene.cluster.denied.push(denied);
  return {
    kubernetes,
    limited: { kubernetes, denied },
    applyAs: (manager, object) => {
      const kind = Object.values(kinds).find((one) => one.kind === object.kind);
      if (kind === undefined) throw new Error(`${object.kind} is not served`);
      const result = scene.cluster.store.apply(kind, manager, object);
      if (Array.isArray(result)) throw new Error(`${manager} met a conflict`);
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
    close: () => scene.close(),
  };
});
