import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config/config.ts";
import type { Environment } from "../../src/plan/plan.ts";
import { planWith } from "./inputs.ts";

const PREFIX = "service.beta.kubernetes.io/aws-load-balancer-";
const externalDns = (values: NonNullable<Config["charts"]["external-dns"]>["values"]) =>
  planWith({ charts: { "external-dns": values === undefined ? {} : { values } } }).releases[
    "external-dns"
  ].values;
const lb = (overrides: Partial<Config["loadBalancer"]>): Config["loadBalancer"] => ({
  provider: "auto",
  scheme: "internet-facing",
  annotations: {},
  ...overrides,
});

describe("the user's chart values", () => {
  it("go under ours", () => {
    const values = externalDns({
      image: { repository: "registry.example/external-dns" },
      policy: "sync",
      serviceAccount: { create: true, automountServiceAccountToken: true },
      txtOwnerId: "mine",
    });
    expect(values).toMatchObject({
      image: { repository: "registry.example/external-dns" },
      policy: "upsert-only",
      serviceAccount: { create: false, name: "external-dns", automountServiceAccountToken: true },
      txtOwnerId: "gateway-tls.123456789012.eu-west-1.demo",
    });
  });

  it("keep their own environment variables", () => {
    const { env } = externalDns({
      env: [
        { name: "HTTPS_PROXY", value: "http://proxy" },
        { name: "AWS_REGION", value: "us-east-1" },
      ],
    });
    expect(env).toEqual([
      { name: "HTTPS_PROXY", value: "http://proxy" },
      { name: "AWS_REGION", value: "eu-west-1" },
      { name: "AWS_DEFAULT_REGION", value: "eu-west-1" },
    ]);
  });

  it.each([
    ["a list", ["--aws-batch-change-size=10", "--zone-id-filter=Z9"]],
    ["a map", { "aws-batch-change-size": "10", "zone-id-filter": ["Z8", "Z9"] }],
  ])("keep their own arguments, given as %s", (_, extraArgs) => {
    expect(externalDns({ extraArgs })["extraArgs"]).toEqual([
      "--aws-batch-change-size=10",
      "--zone-id-filter=Z0123456789EXAMPLE",
      "--aws-zone-type=public",
      "--gateway-name=gateway-tls",
    ]);
  });

  it("cannot hold a template, which the ExternalDNS chart would evaluate", () => {
    const wrap = fc.constantFrom(
      (text: string) => ({ extraArgs: [`--x=${text}`] }),
      (text: string) => ({ extraArgs: { x: [text] } }),
      (text: string) => ({ extraArgs: { [text]: "x" } }),
      (text: string) => ({ serviceAccount: { annotations: { a: text } } }),
    );
    fc.assert(
      fc.property(wrap, fc.string(), fc.string(), (build, before, after) => {
        expect(() => externalDns(build(`${before}{{${after}`))).toThrow("as a template");
      }),
    );
  });

  it("are never polluted by a key of the prototype", () => {
    const values: unknown = JSON.parse('{"__proto__": {"polluted": true}}');
    if (typeof values !== "object" || values === null) throw new Error("not an object");
    externalDns({ ...values });
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});

describe("the chart's source", () => {
  it.each([
    ["./charts/cert-manager", undefined],
    ["/srv/cert-manager-1.21.1.tgz", undefined],
    ["https://charts.example/cert-manager.tgz", undefined],
    ["oci://registry.example/charts/cert-manager", "v1.21.1"],
    ["oci://registry.example:5000/cert-manager", "v1.21.1"],
    ["oci://registry.example/cert-manager:v1.21.0", undefined],
    ["oci://registry.example/cert-manager@sha256:abc", undefined],
  ])("%s has the version %s", (source, version) => {
    const release = planWith({ charts: { "cert-manager": { source } } }).releases["cert-manager"];
    expect(release.chart).toBe(source);
    expect(release.version).toBe(version);
    expect(release).not.toHaveProperty("repository");
  });

  it("replaces a repository too", () => {
    const { releases } = planWith({ charts: { "external-dns": { source: "./x" } } });
    expect(releases["external-dns"]).not.toHaveProperty("repository");
  });

  it("is upstream's otherwise", () => {
    expect(planWith().releases["external-dns"]).toMatchObject({
      chart: "external-dns",
      repository: "https://kubernetes-sigs.github.io/external-dns/",
      version: "1.21.1",
      labels: { "app.kubernetes.io/managed-by": "gateway-tls" },
    });
  });
});

describe("the load balancer", () => {
  const cases: [Environment["loadBalancer"], string | undefined, Record<string, string>][] = [
    [
      "lbc",
      "service.k8s.aws/nlb",
      { type: "external", "nlb-target-type": "ip", scheme: "internet-facing" },
    ],
    ["auto-mode", "eks.amazonaws.com/nlb", { "nlb-target-type": "ip", scheme: "internet-facing" }],
    ["in-tree", undefined, { type: "nlb" }],
  ];

  it.each(cases)("of %s has its class and annotations", (loadBalancer, expected, annotations) => {
    const plan = planWith({}, { loadBalancer });
    expect(plan.releases["nginx-gateway-fabric"].values).toHaveProperty("nginx.service");
    const service = plan.releases["nginx-gateway-fabric"].values["nginx"];
    expect(JSON.stringify(service).includes(String(expected))).toBe(expected !== undefined);
    expect(plan.gateway["spec"]).toMatchObject({
      infrastructure: {
        annotations: Object.fromEntries(
          Object.entries(annotations).map(([key, value]) => [`${PREFIX}${key}`, value]),
        ),
      },
    });
  });

  it.each([
    ["lbc", `${PREFIX}scheme`, "internal"],
    ["in-tree", `${PREFIX}internal`, "true"],
  ] as const)("of %s is internal on demand", (loadBalancer, key, value) => {
    const { gateway } = planWith({ loadBalancer: lb({ scheme: "internal" }) }, { loadBalancer });
    expect(gateway["spec"]).toHaveProperty(["infrastructure", "annotations", key], value);
  });

  it("takes the user's annotations, but neither type nor scheme", () => {
    const annotations = {
      [`${PREFIX}nlb-target-type`]: "instance",
      [`${PREFIX}scheme`]: "internal",
      "example.com/team": "web",
    };
    const { gateway } = planWith({ loadBalancer: lb({ annotations }) });
    expect(gateway["spec"]).toMatchObject({
      infrastructure: {
        annotations: {
          [`${PREFIX}nlb-target-type`]: "instance",
          [`${PREFIX}scheme`]: "internet-facing",
          "example.com/team": "web",
        },
      },
    });
  });

  it.each([
    [5, false],
    [6, true],
  ])("with %i annotations of the user beside three of ours is refused: %s", (count, refused) => {
    const annotations = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`example.com/a${index}`, "x"]),
    );
    const build = () => planWith({ loadBalancer: lb({ annotations }) });
    const message = refused ? "takes at most 8" : "none";
    expect(errorOf(build)).toContain(message);
  });

  it("cannot be Auto Mode's in the 2025 set", () => {
    const build = () => planWith({ versions: "2025" }, { loadBalancer: "auto-mode" });
    expect(errorOf(build)).toContain("NGINX Gateway Fabric 1.4.0 cannot set one");
  });
});

function errorOf(build: () => unknown): string {
  try {
    build();
    return "none";
  } catch (error) {
    return error instanceof Error ? error.message : "not an error";
  }
}
