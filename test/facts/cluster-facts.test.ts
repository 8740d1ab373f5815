import { describe, expect, test } from "vitest";
import { readClusterFacts } from "../../src/facts/cluster-facts.ts";
import type { Charts, Release } from "../../src/ports/charts.ts";
import { buildConfig, buildRelease, names, ours } from "../checks/build-facts.ts";
import { FakeKubernetes, objectOf } from "./fakes/fake-kubernetes.ts";

const config = buildConfig();

function charts(...releases: Release[]): Charts {
  const never = async () => {
    throw new Error("facts never write");
  };
  return { list: async () => releases, apply: never, rollback: never, uninstall: never };
}

const read = async (kubernetes: FakeKubernetes, ...releases: Release[]) =>
  readClusterFacts({ kubernetes, charts: charts(...releases) }, { config, names });

const crd = (name: string, metadata: object = {}) =>
  objectOf("apiextensions.k8s.io/v1", "CustomResourceDefinition", name, {
    metadata,
    status: { conditions: [{ type: "Established", status: "True" }] },
  });

describe("readClusterFacts", () => {
  test("an empty cluster: everything is known and absent", async () => {
    const facts = await read(new FakeKubernetes());
    expect(Object.entries(facts).filter(([, fact]) => !fact.known)).toEqual([]);
    expect(facts.crds).toMatchObject({ value: { gatewayApi: undefined } });
    expect(facts.keptConfig).toEqual({ known: true, value: undefined });
    expect(facts.version).toEqual({
      known: true,
      value: { text: "v1.34.2-eks-1234567", minor: 34 },
    });
  });

  test("a server that does not answer: everything is unknown for that one reason", async () => {
    const kubernetes = new FakeKubernetes();
    kubernetes.unreachable = true;
    const facts = await read(kubernetes);
    for (const fact of Object.values(facts)) {
      expect(fact).toMatchObject({ known: false, error: { code: "GT-CLUSTER-UNREACHABLE" } });
    }
  });

  test("one forbidden kind leaves the rest known", async () => {
    const kubernetes = new FakeKubernetes();
    kubernetes.forbidden.add("Service");
    const facts = await read(kubernetes);
    expect(facts.services).toMatchObject({ known: false, reason: "services may not be listed." });
    expect(facts.crds.known).toBe(true);
  });

  test("denied permissions are named", async () => {
    const kubernetes = new FakeKubernetes();
    kubernetes.denied.add("create clusterrolebindings.rbac.authorization.k8s.io");
    const { access } = await read(kubernetes);
    expect(access).toMatchObject({
      value: {
        denied: [
          { verb: "create", group: "rbac.authorization.k8s.io", resource: "clusterrolebindings" },
        ],
      },
    });
  });

  test("CRDs: version, channel and the first foreign owner", async () => {
    const annotations = {
      "gateway.networking.k8s.io/bundle-version": "v1.5.1",
      "gateway.networking.k8s.io/channel": "standard",
    };
    const { crds } = await read(
      new FakeKubernetes(
        crd("gateways.gateway.networking.k8s.io", { annotations, labels: ours }),
        crd("httproutes.gateway.networking.k8s.io", {
          annotations: { ...annotations, "argocd.argoproj.io/tracking-id": "platform:crd" },
        }),
        crd("tcproutes.gateway.networking.k8s.io", {
          annotations: { ...annotations, "gateway.networking.k8s.io/channel": "experimental" },
        }),
        crd("certificates.cert-manager.io", { labels: { "app.kubernetes.io/version": "v1.20.2" } }),
        crd("challenges.acme.cert-manager.io"),
        crd("widgets.example.net"),
      ),
    );
    expect(crds).toMatchObject({
      value: {
        gatewayApi: {
          versions: ["1.5.1"],
          channel: "experimental",
          owner: { ours: false, name: "Argo CD application platform" },
          notEstablished: [],
          notServed: [],
        },
        certManager: {
          names: ["certificates.cert-manager.io", "challenges.acme.cert-manager.io"],
          versions: ["1.20.2"],
        },
        nginxGatewayFabric: undefined,
      },
    });
  });

  test("Services: TCP ports, system ones last", async () => {
    const service = (namespace: string, name: string, ports: object[]) =>
      objectOf("v1", "Service", name, { metadata: { namespace }, spec: { ports } });
    const { services } = await read(
      new FakeKubernetes(
        service("kube-system", "kube-dns", [
          { port: 53, protocol: "UDP" },
          { port: 53, protocol: "TCP" },
        ]),
        service("default", "kubernetes", [{ port: 443 }]),
        service("shop", "web", [{ port: 80 }, { port: 443 }]),
        service("shop", "syslog", [{ port: 514, protocol: "UDP" }]),
      ),
    );
    expect(services).toMatchObject({
      value: [
        { namespace: "shop", name: "web", ports: [80, 443] },
        { namespace: "default", name: "kubernetes" },
        { namespace: "kube-system", name: "kube-dns", ports: [53] },
      ],
    });
  });

  test("the kept config: its text, and what it says", async () => {
    const text = "apiVersion: gateway-tls/v1\ndomain: example.com\nhosts: []\n";
    const metadata = { namespace: "gateway-tls", labels: ours };
    const data = { "gateway-tls.yaml": text, zoneId: "Z1", versions: "current" };
    const { keptConfig } = await read(
      new FakeKubernetes(objectOf("v1", "ConfigMap", "gateway-tls", { metadata, data })),
    );
    expect(keptConfig).toMatchObject({
      value: {
        text,
        owner: { ours: true },
        domain: "example.com",
        zoneId: "Z1",
        versions: "current",
      },
    });
  });

  test("routes of others that claim a host, but not ours nor a solver's", async () => {
    const route = (name: string, metadata: object, parent = "gateway-tls", kind = "HTTPRoute") =>
      objectOf("gateway.networking.k8s.io/v1", kind, name, {
        metadata: { namespace: "shop", ...metadata },
        spec: {
          hostnames: ["www.example.com"],
          parentRefs: [{ name: parent, namespace: "gateway-tls" }],
        },
      });
    const { claims } = await read(
      new FakeKubernetes(
        route("ours", { labels: ours }),
        route("solver", {
          ownerReferences: [{ apiVersion: "a", kind: "Challenge", name: "c", uid: "u" }],
        }),
        route("evil", {}),
        route("old", {}, "another"),
        route("calls", {}, "gateway-tls", "GRPCRoute"),
      ),
    );
    expect(claims).toMatchObject({
      value: [
        { route: "HTTPRoute shop/evil", hostname: "www.example.com", onOurGateway: true },
        { route: "HTTPRoute shop/old", onOurGateway: false },
        { route: "GRPCRoute shop/calls", onOurGateway: true },
      ],
    });
  });

  test("objects and namespaces, with their owners", async () => {
    const facts = await read(
      new FakeKubernetes(
        objectOf("v1", "ServiceAccount", "external-dns", {
          metadata: {
            namespace: "external-dns",
            labels: { "app.kubernetes.io/managed-by": "eksctl" },
          },
        }),
        objectOf("v1", "Namespace", "shop", { status: { phase: "Active" } }),
        objectOf("v1", "Namespace", "going", { status: { phase: "Terminating" } }),
      ),
      buildRelease(),
    );
    expect(facts.objects).toEqual({
      known: true,
      value: [
        {
          kind: "ServiceAccount",
          name: "external-dns/external-dns",
          owner: { ours: false, name: "eksctl" },
        },
      ],
    });
    expect(facts.namespaces).toMatchObject({
      value: [
        { name: "shop", terminating: false },
        { name: "going", terminating: true },
      ],
    });
    expect(facts.releases).toMatchObject({ value: [{ name: "cert-manager" }] });
  });
});
