import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildRehearsalRoute, REHEARSAL_LABEL } from "../../src/plan/rehearsal.ts";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { combinations, planWith, webHost } from "./inputs.ts";

function parentSections(object: KubernetesObject | undefined): unknown[] {
  const spec = object?.["spec"];
  if (typeof spec !== "object" || spec === null || !("parentRefs" in spec)) return [];
  if (!Array.isArray(spec.parentRefs)) return [];
  return spec.parentRefs.map((ref: object) => Reflect.get(ref, "sectionName"));
}

describe("buildPlan", () => {
  it.each(combinations)("labels every object of %s with %s as ours", (versions, identityMode) => {
    const plan = planWith({ versions, sampleApp: true }, { identityMode });
    const objects = [
      ...Object.values(plan.namespaces),
      ...Object.values(plan.issuers),
      plan.identity.serviceAccount,
      plan.gateway,
      plan.keptConfig,
      ...plan.sampleApp,
      ...plan.hosts.flatMap(({ bootstrapRoute, route, redirectRoute }) => [
        bootstrapRoute,
        route,
        ...(redirectRoute === undefined ? [] : [redirectRoute]),
      ]),
      buildRehearsalRoute(plan, "www.example.com", "abc"),
    ];
    expect(
      new Set(objects.map((one) => one.metadata.labels?.["app.kubernetes.io/managed-by"])),
    ).toEqual(new Set(["gateway-tls"]));
  });

  it("starts with the Gateway on port 80, without an issuer", () => {
    const { gateway } = planWith();
    expect(gateway.metadata.annotations).toBeUndefined();
    expect(JSON.stringify(gateway)).not.toContain("HTTPS");
  });

  it("moves a host from port 80 to HTTPS, with a redirect left behind for its record", () => {
    const [host] = planWith().hosts;
    expect(parentSections(host?.bootstrapRoute)).toEqual(["http"]);
    expect(parentSections(host?.route)).toEqual(["www.example.com"]);
    expect(parentSections(host?.redirectRoute)).toEqual(["http"]);
    expect(host?.redirectRoute?.["spec"]).toMatchObject({ hostnames: ["www.example.com"] });
    expect(host?.route.metadata.name).toBe(host?.bootstrapRoute.metadata.name);
  });

  it("serves both ports without a redirect", () => {
    const [host] = planWith({ redirect: false }).hosts;
    expect(parentSections(host?.route)).toEqual(["http", "www.example.com"]);
    expect(host?.redirectRoute).toBeUndefined();
  });

  it("puts routes where their backend is", () => {
    const backend = { namespace: "billing", service: "api", port: 8080 };
    const [host] = planWith({ hosts: [{ ...webHost, backend }] }).hosts;
    expect(host?.route.metadata.namespace).toBe("billing");
    expect(host?.redirectRoute?.metadata.namespace).toBe("billing");
  });

  it("keeps its own records in gateway-tls, wherever the Gateway is", () => {
    const namespaces = { ...planWith().config.namespaces, gateway: "edge" };
    const plan = planWith({ namespaces });
    expect(plan.keptConfig.metadata.namespace).toBe("gateway-tls");
    expect(plan.namespaces.own.metadata.name).toBe("gateway-tls");
    expect(plan.gateway.metadata.namespace).toBe("edge");
    expect(plan.releases["external-dns"].values["gatewayNamespace"]).toBe("edge");
  });

  it("keeps the config word for word", () => {
    expect(planWith().keptConfig["data"]).toMatchObject({
      "gateway-tls.yaml": "apiVersion: gateway-tls/v1\ndomain: example.com\n",
      zoneId: "Z0123456789EXAMPLE",
      versions: "current",
    });
  });

  it("checks the digest of the known bundle only", () => {
    expect(planWith().crds.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(planWith({ crds: { "gateway-api": "./crds.yaml" } }).crds).toEqual({
      source: "./crds.yaml",
      sha256: undefined,
      version: "1.5.1",
    });
  });

  it("gives the directory's CA as base64", () => {
    const acme = { ...planWith().config.acme, caBundle: "PEM" };
    expect(planWith({ acme }).issuers.production["spec"]).toHaveProperty("acme.caBundle", "UEVN");
    expect(planWith().issuers.production["spec"]).not.toHaveProperty("acme.caBundle");
  });

  it("has a sample app only on demand", () => {
    expect(planWith().sampleApp).toEqual([]);
    expect(planWith({ sampleApp: true }).sampleApp.map(({ kind }) => kind)).toEqual([
      "Deployment",
      "Service",
    ]);
  });

  it("is the same plan for the same input, and shares nothing inside it", () => {
    const [one, other] = [planWith(), planWith()];
    expect(one).toEqual(other);
    expect(one.namespaces.own).not.toBe(one.namespaces.gateway);
  });

  it("takes any text for a value, never for a manifest", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (service, path) => {
        const host = { ...webHost, path, backend: { ...webHost.backend, service } };
        const [planned] = planWith({ hosts: [host] }).hosts;
        expect(planned?.route["spec"]).toMatchObject({
          rules: [{ matches: [{ path: { value: path } }], backendRefs: [{ name: service }] }],
        });
      }),
    );
  });
});

describe("buildRehearsalRoute", () => {
  const route = buildRehearsalRoute(planWith(), "www.example.com", "abc");

  it("answers the challenge path with its nonce", () => {
    expect(route["spec"]).toMatchObject({
      hostnames: ["www.example.com"],
      rules: [
        {
          matches: [
            { path: { type: "Exact", value: "/.well-known/acme-challenge/gateway-tls-abc" } },
          ],
          filters: [
            {
              type: "RequestRedirect",
              requestRedirect: { hostname: "abc.invalid", statusCode: 302 },
            },
          ],
        },
      ],
    });
  });

  it("is where the solver's route will be, is found again, and is none of ExternalDNS's", () => {
    expect(route.metadata.namespace).toBe("gateway-tls");
    expect(parentSections(route)).toEqual(["http"]);
    expect(route.metadata.labels).toHaveProperty([REHEARSAL_LABEL]);
    // ExternalDNS takes no route that names another controller than `dns-controller`.
    expect(route.metadata.annotations).toEqual({
      "external-dns.alpha.kubernetes.io/controller": "gateway-tls",
    });
  });
});
