import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, list, strings, text } from "../../../src/sandbox/fields.ts";
import { run } from "../build/run.ts";
import { writeEnvironment } from "../environment.ts";
import type { Lab } from "../lab.ts";
import { kubectl } from "./kubectl.ts";
import { until } from "./until.ts";
import { visit } from "./visit.ts";
import { startWorld } from "./world.ts";

const RELEASE = "nginx-gateway-fabric";
const NAMESPACE = "nginx-gateway";
const HOST = "shop.lab.example";
const GATEWAY_API = "/apis/gateway.networking.k8s.io/v1/namespaces/shop";
const ROUTE = `${GATEWAY_API}/httproutes/shop`;
const SERVICE = "/api/v1/namespaces/shop/services/edge-nginx";

let lab: Lab;

beforeAll(async () => {
  lab = await startWorld({ delays: { loadBalancerMs: 500 } });
  const crds = join(lab.built.crds, "gateway-api.yaml");
  await kubectl(lab, ["apply", "--server-side", "-f", crds]);
  await helm("install", chart(), "--create-namespace");
  await kubectl(lab, ["apply", "-f", "-"], JSON.stringify(edge));
  await until("an answer of the shop", async () => {
    const answer = await visit(lab, `http://${HOST}/`).catch(() => undefined);
    return answer?.status === 200 ? true : undefined;
  });
});
afterAll(() => lab.stop());

function helm(verb: string, ...rest: readonly string[]): Promise<string> {
  const args = [verb, RELEASE, `--namespace=${NAMESPACE}`, "--wait", ...rest];
  return run("helm", args, { env: { ...process.env, ...writeEnvironment(lab).env } });
}

const chart = (): string => join(lab.built.charts, RELEASE);

async function findOwnCrds(): Promise<string[]> {
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const names = (await lab.controlPlane.client.list(path)).map(({ metadata }) => metadata.name);
  return names.filter((name) => name.endsWith(".gateway.nginx.org"));
}

const route = (port: number): KubernetesObject => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata: { name: "shop", namespace: "shop" },
  spec: {
    parentRefs: [{ name: "edge" }],
    hostnames: [HOST],
    rules: [{ backendRefs: [{ name: "web", port }] }],
  },
});

const edge = {
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { name: "edge", namespace: "shop" },
      spec: {
        gatewayClassName: "nginx",
        infrastructure: {
          annotations: {
            "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
          },
        },
        listeners: [{ name: "http", port: 80, protocol: "HTTP" }],
      },
    },
    route(80),
  ],
};

/** What the route's status says of its backends, once it is as `status`. */
function untilResolved(status: "True" | "False") {
  return until(`ResolvedRefs ${status}`, async () => {
    const [parent] = list(at(await lab.controlPlane.client.get(ROUTE), "status", "parents"));
    return list(parent?.["conditions"]).find(
      (one) => one["type"] === "ResolvedRefs" && one["status"] === status,
    );
  });
}

test("a backend whose Service has not the port is not found, and answers 500", async () => {
  await kubectl(lab, ["apply", "-f", "-"], JSON.stringify(route(8080)));
  expect(await untilResolved("False")).toMatchObject({
    reason: "BackendNotFound",
    message: "No matching port for Service web and port 8080",
  });
  expect(await visit(lab, `http://${HOST}/`)).toMatchObject({ status: 500 });

  await kubectl(lab, ["apply", "-f", "-"], JSON.stringify(route(80)));
  await untilResolved("True");
  expect(await visit(lab, `http://${HOST}/`)).toMatchObject({ status: 200 });
});

test("a rolling update of the control plane changes nothing", async () => {
  const control = ["--namespace", NAMESPACE, "rollout"];
  await kubectl(lab, [...control, "restart", `deployment/${RELEASE}`]);
  await kubectl(lab, [...control, "status", `deployment/${RELEASE}`, "--timeout=60s"]);
  await until("the old pod's end", async () => {
    const pods = await lab.controlPlane.client.list(`/api/v1/namespaces/${NAMESPACE}/pods`);
    return pods.length === 1 ? true : undefined;
  });

  const patch = JSON.stringify({
    metadata: { labels: { seen: "again" } },
    spec: { hostnames: [] },
  });
  await kubectl(lab, ["patch", "-n=shop", "httproute/shop", "--type=merge", `--patch=${patch}`]);
  const { generation } = (await lab.controlPlane.client.get(ROUTE))?.metadata ?? {};
  await until("a look at the route", async () =>
    (await untilResolved("True"))["observedGeneration"] === generation ? true : undefined,
  );
  expect(await visit(lab, `http://${HOST}/`)).toMatchObject({ status: 200 });
});

test("an upgrade of nginx.service reaches the Service that is there", async () => {
  const { client } = lab.controlPlane;
  const read = async () => at(await client.get(SERVICE), "spec");
  const before = await read();
  expect(at(before, "externalTrafficPolicy")).toBe("Local");
  await helm("upgrade", chart(), "--set=nginx.service.loadBalancerSourceRanges={192.0.2.0/24}");
  await until("the source ranges", async () => at(await read(), "loadBalancerSourceRanges"));
  await helm("upgrade", chart(), "--set=nginx.service.externalTrafficPolicy=Cluster");
  const after = await until("the policy", async () => {
    const spec = await read();
    return at(spec, "externalTrafficPolicy") === "Cluster" ? spec : undefined;
  });
  expect(at(after, "loadBalancerSourceRanges")).toBeUndefined();
  expect(text(at(after, "loadBalancerClass"))).toBe(text(at(before, "loadBalancerClass")));
});

test("the chart refuses a value that it does not know", async () => {
  const typo = helm("upgrade", chart(), "--set=nginxGateway.gatewayClasName=edge");
  await expect(typo).rejects.toThrow(/gatewayClasName.* not allowed/);
});

test("a control plane that may not read something does not get ready", async () => {
  const { client } = lab.controlPlane;
  const path = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${RELEASE}`;
  const role = await client.get(path);
  const blind = list(role?.["rules"]).filter(
    ({ resources }) => !strings(resources).includes("pods"),
  );
  const restart = ["-n", NAMESPACE, "rollout", "restart", `deployment/${RELEASE}`];
  try {
    await client.patch(path, { rules: blind });
    await kubectl(lab, restart);
    const reason = await until("a pod that fails", async () => {
      const pods = await client.list(`/api/v1/namespaces/${NAMESPACE}/pods`);
      const states = pods.flatMap((pod) => list(at(pod, "status", "containerStatuses")));
      const reasons = states.map((one) => text(at(one, "state", "waiting", "reason")));
      return reasons.find((one) => one !== "");
    });
    expect(reason).toBe("CrashLoopBackOff");
  } finally {
    await client.patch(path, { rules: role?.["rules"] });
  }
  const status = ["-n", NAMESPACE, "rollout", "status", `deployment/${RELEASE}`];
  await kubectl(lab, [...status, "--timeout=60s"]);
});

test("the chart brings CRDs of its own, which stay when it goes", async () => {
  const before = await findOwnCrds();
  expect(before).toContain("nginxproxies.gateway.nginx.org");
  await helm("uninstall");
  expect(await findOwnCrds()).toEqual(before);
});
