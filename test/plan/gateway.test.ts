import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  gatewayHasListener,
  gatewayWith,
  ISSUER_ANNOTATION,
  issuerOf,
  mergeGateway,
  ownedListenerNames,
} from "../../src/plan/gateway.ts";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { planWith, webHost } from "./inputs.ts";

const plan = planWith();
const apiPlan = planWith({
  hosts: [
    {
      hostname: "api.example.com",
      backend: { namespace: "billing", service: "api", port: 8080 },
      path: "/",
    },
  ],
});

type Owned = { listeners?: string[]; annotations?: string[]; infrastructure?: string[] };

/** A Gateway as the API server would answer it: with defaults, and with whose each field is. */
function liveFrom(applied: KubernetesObject, owned: Owned): KubernetesObject {
  const fields = (names: string[] = [], key: (name: string) => string) =>
    Object.fromEntries(names.map((name) => [key(name), {}]));
  const fieldsV1 = {
    "f:metadata": { "f:annotations": fields(owned.annotations, (name) => `f:${name}`) },
    "f:spec": {
      "f:listeners": fields(owned.listeners, (name) => `k:{"name":"${name}"}`),
      "f:infrastructure": {
        "f:annotations": fields(owned.infrastructure, (name) => `f:${name}`),
      },
    },
  };
  return {
    ...applied,
    metadata: {
      ...applied.metadata,
      uid: "1",
      managedFields: [
        { manager: "kubectl-edit", operation: "Update", fieldsV1: {} },
        { manager: "gateway-tls", operation: "Apply", fieldsV1 },
        { manager: "gateway", operation: "Update" },
      ],
    },
    status: { addresses: [] },
  };
}

const withHttps = (of = plan, issuer = of.names.issuers.staging) =>
  gatewayWith(of, { listeners: of.hosts.map(({ listener }) => listener), issuer });

const listenerNames = (gateway: KubernetesObject): string[] =>
  listenersOf(gateway).map((listener) => String(Reflect.get(listener, "name")));

function listenersOf(gateway: KubernetesObject): object[] {
  const spec = gateway["spec"];
  if (typeof spec !== "object" || spec === null || !("listeners" in spec)) return [];
  return Array.isArray(spec.listeners) ? spec.listeners : [];
}

describe("gatewayWith", () => {
  it("adds listeners and the issuer, and leaves the plan as it is", () => {
    const gateway = withHttps();
    expect(listenerNames(gateway)).toEqual(["http", "www.example.com"]);
    expect(issuerOf(gateway)).toBe("gateway-tls-staging");
    expect(listenerNames(plan.gateway)).toEqual(["http"]);
    expect(issuerOf(plan.gateway)).toBeUndefined();
  });
});

describe("mergeGateway", () => {
  it("is what is wanted when there is none yet", () => {
    expect(mergeGateway(undefined, plan.gateway)).toBe(plan.gateway);
  });

  it("keeps our live listeners and issuer when the bare Gateway is applied again", () => {
    const live = liveFrom(withHttps(), {
      listeners: ["http", "www.example.com"],
      annotations: [ISSUER_ANNOTATION],
    });
    const merged = mergeGateway(live, plan.gateway);
    expect(listenerNames(merged)).toEqual(["http", "www.example.com"]);
    expect(issuerOf(merged)).toBe("gateway-tls-staging");
  });

  it("adds another host and admits its namespace beside the others", () => {
    const live = liveFrom(withHttps(), { listeners: ["http", "www.example.com"] });
    const merged = mergeGateway(live, withHttps(apiPlan));
    expect(listenerNames(merged)).toEqual(["http", "www.example.com", "api.example.com"]);
    expect(JSON.stringify(listenersOf(merged)[0])).toContain(
      '"values":["billing","gateway-tls","shop"]',
    );
  });

  it("replaces a listener of ours that is planned otherwise", () => {
    const moved = planWith({
      hosts: [{ ...webHost, backend: { ...webHost.backend, namespace: "store" } }],
    });
    const live = liveFrom(withHttps(), { listeners: ["http", "www.example.com"] });
    const https = listenersOf(mergeGateway(live, withHttps(moved)))[1];
    expect(JSON.stringify(https)).toContain('"values":["store"]');
  });

  it("switches the issuer", () => {
    const live = liveFrom(withHttps(), { listeners: ["http"], annotations: [ISSUER_ANNOTATION] });
    const merged = mergeGateway(live, withHttps(plan, plan.names.issuers.production));
    expect(issuerOf(merged)).toBe("gateway-tls-production");
  });

  it("leaves to others what others made", () => {
    const live = liveFrom(withHttps(), { listeners: ["http"] });
    live.metadata.annotations = { "example.com/note": "theirs" };
    const merged = mergeGateway(live, plan.gateway);
    expect(listenerNames(merged)).toEqual(["http"]);
    expect(merged.metadata.annotations).toBeUndefined();
  });

  it("keeps infrastructure annotations of ours: a Service's load balancer must not change", () => {
    const key = "example.com/tag";
    const applied = structuredClone(plan.gateway);
    Object.assign(applied, {
      spec: { infrastructure: { annotations: { [key]: "1", theirs: "2" } }, listeners: [] },
    });
    const merged = mergeGateway(liveFrom(applied, { infrastructure: [key] }), plan.gateway);
    expect(merged["spec"]).toHaveProperty(["infrastructure", "annotations", key], "1");
    expect(merged["spec"]).not.toHaveProperty(["infrastructure", "annotations", "theirs"]);
  });

  it("adds no infrastructure where Gateway API has none", () => {
    const old = planWith({ versions: "2025" });
    const live = liveFrom(old.gateway, { listeners: ["http"] });
    expect(mergeGateway(live, old.gateway)["spec"]).not.toHaveProperty("infrastructure");
  });

  it("carries nothing that the API server refuses in an apply", () => {
    const merged = mergeGateway(liveFrom(withHttps(), { listeners: ["http"] }), withHttps());
    expect(merged.metadata).not.toHaveProperty("managedFields");
    expect(merged.metadata).not.toHaveProperty("uid");
    expect(merged).not.toHaveProperty("status");
  });

  it.each([
    [63, "none"],
    [64, "at most 64"],
  ])("with %i HTTPS listeners beside port 80 says: %s", (count, message) => {
    const hosts = Array.from({ length: count }, (_, index) => ({
      ...webHost,
      hostname: `h${index}.example.com`,
    }));
    const [first, ...rest] = hosts;
    if (first === undefined) throw new Error("no host");
    const before = withHttps(planWith({ hosts: rest }));
    const live = liveFrom(before, { listeners: listenerNames(before) });
    let said = "none";
    try {
      mergeGateway(live, withHttps(planWith({ hosts: [first] })));
    } catch (error) {
      said = error instanceof Error ? error.message : "?";
    }
    expect(said).toContain(message);
  });

  it("never loses a listener of ours, and settles at once, whatever lives", () => {
    const subset = fc.subarray(["http", "a.example.com", "b.example.com", "c.example.com"]);
    fc.assert(
      fc.property(subset, subset, (present, owned) => {
        const hosts = present
          .filter((name) => name !== "http")
          .map((hostname) => ({ ...webHost, hostname }));
        const before = withHttps(planWith({ hosts }));
        const live = liveFrom(before, { listeners: owned });
        const merged = mergeGateway(live, withHttps());
        const names = listenerNames(merged);
        const kept = listenerNames(before).filter((name) => owned.includes(name));
        expect(names).toEqual(expect.arrayContaining([...kept, "http", "www.example.com"]));
        expect(new Set(names).size).toBe(names.length);
        const settled = liveFrom(merged, {
          listeners: names,
          annotations: [ISSUER_ANNOTATION],
          infrastructure: [],
        });
        expect(mergeGateway(settled, withHttps())).toEqual(merged);
      }),
    );
  });
});

describe("reading a live Gateway", () => {
  const live = liveFrom(withHttps(), { listeners: ["http", "www.example.com"] });

  it("tells our listeners from those of others", () => {
    expect(ownedListenerNames(live)).toEqual(["http", "www.example.com"]);
    expect(ownedListenerNames(liveFrom(withHttps(), {}))).toEqual([]);
    expect(ownedListenerNames(undefined)).toEqual([]);
  });

  it("finds a listener, whoever made it", () => {
    expect(gatewayHasListener(live, "www.example.com")).toBe(true);
    expect(gatewayHasListener(live, "api.example.com")).toBe(false);
    expect(gatewayHasListener(undefined, "http")).toBe(false);
  });
});
