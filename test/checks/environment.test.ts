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

test.each<[string, Partial<Facts>, Partial<Config>, string]>([
  ["nothing there", {}, {}, "irsa"],
  ["an active agent", { addons: agent("ACTIVE") }, {}, "pod-identity"],
  ["an agent that failed", { addons: agent("CREATE_FAILED") }, {}, "irsa"],
  ["Auto Mode", { cluster: known({ ...cluster, autoModeCompute: true }) }, {}, "pod-identity"],
  ["an agent, but the set 2025", { addons: agent("ACTIVE") }, { versions: "2025" }, "irsa"],
  ["IRSA asked", { addons: agent("ACTIVE") }, { identity: "irsa" }, "irsa"],
  ["Pod Identity asked", {}, { identity: "pod-identity" }, "pod-identity"],
])("identity with %s", (_, facts, config, expected) => {
  expect(resolve(facts, config).identityMode).toBe(expected);
});

const none = known({ controller: undefined, webhook: false });
const autoMode = known({ ...cluster, autoModeLoadBalancing: true });
const { loadBalancer } = buildInput().config;

test.each<[string, Partial<Facts>, Partial<Config>, string]>([
  ["the controller", {}, {}, "lbc"],
  ["nothing", { loadBalancer: none }, {}, "in-tree"],
  ["Auto Mode", { loadBalancer: none, cluster: autoMode }, {}, "auto-mode"],
  ["both", { cluster: autoMode }, {}, "lbc"],
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
