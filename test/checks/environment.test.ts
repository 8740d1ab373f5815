import { expect, test } from "vitest";
import { resolveEnvironment } from "../../src/checks/environment.ts";
import type { Config } from "../../src/config/config.ts";
import { known } from "../../src/facts/fact.ts";
import type { Facts } from "../../src/facts/facts.ts";
import { buildInput, cluster, buildRelease, ours, unread } from "./build-facts.ts";

const resolve = (facts: Partial<Facts> = {}, changes: Partial<Config> = {}) => {
  const { config, facts: all, versions } = buildInput(facts, changes);
  return resolveEnvironment(config, all, versions);
};
const agent = (status: string) =>
  known([{ name: "eks-pod-identity-agent", version: "v1", status, tags: {} }]);

const roleArn = "arn:aws:iam::123456789012:role/gateway-tls-demo-external-dns";
const annotate = (isOurs: boolean) =>
  known([
    {
      kind: "ServiceAccount",
      name: "external-dns/external-dns",
      owner: { ours: isOurs, name: "gateway-tls" },
      roleArn,
    },
  ]);
const associate = (isOurs: boolean) =>
  known({
    policy: undefined,
    role: undefined,
    oidcProvider: undefined,
    association: { id: "a-1", roleArn, owner: { ours: isOurs, name: "gateway-tls" } },
  });
const withIrsa = { objects: annotate(true) };
const withAssociation = { iam: associate(true) };
const annotatedByOthers = { addons: agent("ACTIVE"), objects: annotate(false) };

test.each<[string, Partial<Facts>, Partial<Config>, string]>([
  ["nothing there", {}, {}, "irsa"],
  ["an active agent", { addons: agent("ACTIVE") }, {}, "pod-identity"],
  ["an agent that failed", { addons: agent("CREATE_FAILED") }, {}, "irsa"],
  ["Auto Mode", { cluster: known({ ...cluster, autoModeCompute: true }) }, {}, "pod-identity"],
  ["an agent, but the set 2025", { addons: agent("ACTIVE") }, { versions: "2025" }, "irsa"],
  ["IRSA installed, then an agent", { addons: agent("ACTIVE"), ...withIrsa }, {}, "irsa"],
  ["an association, and no agent any more", withAssociation, {}, "pod-identity"],
  ["an association and an annotation", { ...withIrsa, ...withAssociation }, {}, "pod-identity"],
  ["an association of others", { iam: associate(false) }, {}, "irsa"],
  ["an association, but the set 2025", withAssociation, { versions: "2025" }, "irsa"],
  ["an annotated ServiceAccount of others", annotatedByOthers, {}, "pod-identity"],
  ["another asked than installed", withIrsa, { identity: "pod-identity" }, "pod-identity"],
  ["IRSA asked", { addons: agent("ACTIVE") }, { identity: "irsa" }, "irsa"],
  ["Pod Identity asked", {}, { identity: "pod-identity" }, "pod-identity"],
])("identity with %s", (_, facts, config, expected) => {
  expect(resolve(facts, config).identityMode).toBe(expected);
});

const none = known({ controller: undefined, webhook: false });
const autoMode = known({ ...cluster, autoModeLoadBalancing: true });
const { loadBalancer } = buildInput().config;

const LBC = "service.k8s.aws/nlb";
const TYPE = "service.beta.kubernetes.io/aws-load-balancer-type";

/** Beside the Gateway, a Service of its name in another namespace. */
function madeBy(loadBalancerClass: string | undefined, type?: string): Partial<Facts> {
  const gateway = { name: "gateway-tls-nginx", ports: [80], gateway: "gateway-tls" };
  const annotations: Record<string, string> = type === undefined ? {} : { [TYPE]: type };
  const other = { loadBalancerClass: LBC, annotations: {}, hasAddress: true };
  return {
    services: known([
      { ...gateway, namespace: "elsewhere", balancer: other },
      {
        ...gateway,
        namespace: "gateway-tls",
        balancer: { loadBalancerClass, annotations, hasAddress: true },
      },
    ]),
  };
}

test.each<[string, Partial<Facts>, Partial<Config>, string]>([
  ["the controller", {}, {}, "lbc"],
  ["nothing", { loadBalancer: none }, {}, "in-tree"],
  ["Auto Mode", { loadBalancer: none, cluster: autoMode }, {}, "auto-mode"],
  ["both", { cluster: autoMode }, {}, "lbc"],
  ["in-tree made, then the controller", madeBy(undefined, "nlb"), {}, "in-tree"],
  ["the controller's, then none", { loadBalancer: none, ...madeBy(LBC, "external") }, {}, "lbc"],
  ["Auto Mode's, then the controller", madeBy("eks.amazonaws.com/nlb"), {}, "auto-mode"],
  ["one that the controller took from the in-tree one", madeBy(LBC, "nlb"), {}, "lbc"],
  ["one of an unknown class", madeBy("example.com/other", "nlb"), {}, "lbc"],
  ["the user's choice", {}, { loadBalancer: { ...loadBalancer, provider: "in-tree" } }, "in-tree"],
])("load balancer with %s", (_, facts, config, expected) => {
  expect(resolve(facts, config).loadBalancer).toBe(expected);
});

test("a cert-manager of others is named; ours is not", () => {
  const running = {
    namespace: "cert-manager",
    name: "cert-manager",
    version: "1.20.2",
    gatewayApi: "enabled" as const,
    owner: { ours: false, name: "helm release cert-manager/cert-manager" },
    ready: true,
    stopped: false,
  };
  const certManagers = known([running]);
  expect(resolve({ certManagers }).foreignCertManager).toBe(
    "v1.20.2 in cert-manager/cert-manager, of helm release cert-manager/cert-manager",
  );
  const releases = known([buildRelease({ labels: ours })]);
  expect(resolve({ certManagers, releases }).foreignCertManager).toBeUndefined();
});

test("what it needs and is unknown is thrown as it was read", () => {
  expect(() => resolve({ zone: unread("GT-AWS-DENIED") })).toThrow(
    expect.objectContaining({ code: "GT-AWS-DENIED" }),
  );
});
