import { describe, expect, test } from "vitest";
import { kinds } from "../../src/kinds.ts";
import { at, list, text } from "../../src/sandbox/fields.ts";
import { condition, installCrds, newSandbox, until } from "./bring-up.ts";
import { gateway, namespace, route } from "./manifests.ts";

const deployment = (replicas: number, image = "hello:1") => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "hello", namespace: "shop" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "hello" } },
    template: {
      metadata: { labels: { app: "hello" } },
      spec: { containers: [{ name: "hello", image }] },
    },
  },
});

describe("the cluster at the start", () => {
  test("serves two Services with ready endpoints, and no Gateway API", async () => {
    const sandbox = await newSandbox();
    const { kubernetes } = await sandbox.connect(await sandbox.clusters.find("demo"), {});
    const services = await kubernetes.list(kinds.Service, { namespace: "shop" });
    const ports = services.map((one) => {
      const [port] = list(at(one, "spec", "ports"));
      return `${one.metadata.name}:${Number(port?.["port"])}`;
    });
    expect(ports).toEqual(["api:8080", "web:80"]);
    for (const slice of await kubernetes.list(kinds.EndpointSlice, { namespace: "shop" })) {
      const ready = list(slice["endpoints"]).map((one) => at(one, "conditions", "ready"));
      expect(ready).toEqual([true, true]);
    }
    expect(await kubernetes.list(kinds.Gateway)).toEqual([]);
    const crds = await kubernetes.list(kinds.CustomResourceDefinition);
    expect(crds.map(({ metadata: { name } }) => name)).toEqual([
      "targetgroupbindings.elbv2.k8s.aws",
    ]);
    await expect(kubernetes.apply([gateway()])).rejects.toMatchObject({
      code: "GT-KIND-NOT-SERVED",
    });
  });
});

describe("the API server", () => {
  test("fills in the defaults that a real one does", async () => {
    const sandbox = await newSandbox();
    await installCrds(sandbox);
    const { kubernetes } = await sandbox.connect(undefined, {});
    await kubernetes.apply([route(["http"])]);
    const live = await kubernetes.get({ kind: kinds.HTTPRoute, name: "www", namespace: "shop" });
    expect(live?.["spec"]).toMatchObject({
      parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway" }],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: "/" } }],
          backendRefs: [{ group: "", kind: "Service", weight: 1 }],
        },
      ],
    });
  });

  test("a namespace ends with everything in it", async () => {
    const sandbox = await newSandbox();
    const { kubernetes } = await sandbox.connect(undefined, {});
    await kubernetes.delete([{ kind: kinds.Namespace, name: "shop" }]);
    const phase = await kubernetes.get({ kind: kinds.Namespace, name: "shop" });
    expect(phase?.["status"]).toEqual({ phase: "Terminating" });
    await expect(kubernetes.apply([deployment(1)])).rejects.toMatchObject({
      code: "GT-NAMESPACE-TERMINATING",
    });
    await until(sandbox, async () => {
      return (await kubernetes.get({ kind: kinds.Namespace, name: "shop" })) === undefined;
    });
    expect(await kubernetes.list(kinds.Pod, { namespace: "shop" })).toEqual([]);
  });

  test("what is owned goes with its owner", async () => {
    const sandbox = await newSandbox();
    const { kubernetes } = await sandbox.connect(undefined, {});
    await kubernetes.delete([{ kind: kinds.Deployment, name: "web", namespace: "shop" }]);
    await sandbox.clock.sleep(1_000);
    const pods = await kubernetes.list(kinds.Pod, { namespace: "shop" });
    expect(pods.map(({ metadata }) => metadata.name.slice(0, 3))).toEqual(["api", "api"]);
  });
});

describe("Deployments", () => {
  test("become available some seconds after they were applied", async () => {
    const sandbox = await newSandbox();
    const { kubernetes } = await sandbox.connect(undefined, {});
    const ref = { kind: kinds.Deployment, name: "hello", namespace: "shop" };
    await kubernetes.apply([deployment(2)]);
    await sandbox.clock.sleep(1_000);
    expect(condition(await kubernetes.get(ref), "Available")?.status).toBe("False");
    await sandbox.clock.sleep(4_000);
    const live = await kubernetes.get(ref);
    expect(live?.["status"]).toMatchObject({ availableReplicas: 2, observedGeneration: 1 });
  });

  test("roll out another template: new Pods first, then the old ones go", async () => {
    const sandbox = await newSandbox();
    const { kubernetes } = await sandbox.connect(undefined, {});
    const imagesOf = async () => {
      const pods = await kubernetes.list(kinds.Pod, {
        namespace: "shop",
        labelSelector: "app=hello",
      });
      return pods.map((pod) => text(list(at(pod, "spec", "containers"))[0]?.["image"])).sort();
    };
    await kubernetes.apply([deployment(1)]);
    await sandbox.clock.sleep(5_000);
    await kubernetes.apply([deployment(1, "hello:2")]);
    await sandbox.clock.sleep(1_000);
    expect(await imagesOf()).toEqual(["hello:1", "hello:2"]);
    await sandbox.clock.sleep(4_000);
    expect(await imagesOf()).toEqual(["hello:2"]);
  });
});

describe("the Deployment's namespace", () => {
  test("must be there", async () => {
    const sandbox = await newSandbox();
    const { kubernetes } = await sandbox.connect(undefined, {});
    const homeless = deployment(1);
    homeless.metadata.namespace = "later";
    await expect(kubernetes.apply([homeless])).rejects.toMatchObject({
      code: "GT-OBJECT-NOT-FOUND",
    });
    await kubernetes.apply([namespace("later"), homeless]);
  });
});
