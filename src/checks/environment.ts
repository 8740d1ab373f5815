import type { Config } from "../config/config.ts";
import { UserError } from "../errors.ts";
import type { Fact } from "../facts/fact.ts";
import { valueOf } from "../facts/fact.ts";
import type { Facts } from "../facts/facts.ts";
import { findInstalledBalancer, findInstalledIdentity } from "../facts/installed.ts";
import type { Environment } from "../plan/plan.ts";
import type { VersionSet } from "../plan/version-sets.ts";
import type { CheckInput } from "./check.ts";
import { AGENT_ADDON, describeCertManager, findForeignCertManagers } from "./parts.ts";

/**
 * What of the facts the plan is built from, with every `auto` resolved. Only after a preflight
 * without failures: throws the fact's own error when one it needs is unknown.
 */
export function resolveEnvironment(
  config: Config,
  facts: Facts,
  versions: VersionSet,
): Environment {
  const cluster = need(facts.cluster);
  const { zone } = need(facts.zone);
  if (cluster === undefined) {
    throw new UserError("GT-CLUSTER-NOT-FOUND", `There is no cluster "${config.cluster}".`);
  }
  if (zone === undefined) {
    throw new UserError("GT-ZONE-NOT-FOUND", `No hosted zone was chosen for ${config.domain}.`);
  }
  const [certManager] = findForeignCertManagers(facts);
  return {
    caller: need(facts.caller),
    cluster,
    zone,
    identityMode: chooseIdentity({ config, facts, versions }),
    loadBalancer: chooseLoadBalancer({ config, facts }),
    podIdentityAgentPresent: hasAgent(facts),
    foreignCertManager: certManager === undefined ? undefined : describeCertManager(certManager),
  };
}

function need<T>(fact: Fact<T>): T {
  if (fact.known) return fact.value;
  throw fact.error;
}

/**
 * auto: what is installed, whatever came to the cluster since. Before there is anything: Pod
 * Identity where its agent or Auto Mode is active and the set can use it, else IRSA.
 */
export function chooseIdentity({
  config,
  facts,
  versions,
}: Pick<CheckInput, "config" | "facts" | "versions">): Environment["identityMode"] {
  if (config.identity !== "auto") return config.identity;
  const installed = findInstalledIdentity(facts);
  if (installed !== undefined && versions.identities.includes(installed)) return installed;
  return versions.identities.includes("pod-identity") && hasAgent(facts) ? "pod-identity" : "irsa";
}

/** EKS Auto Mode, or an agent add-on that works. */
function hasAgent(facts: Pick<Facts, "addons" | "cluster">): boolean {
  if (valueOf(facts.cluster)?.autoModeCompute === true) return true;
  const agent = valueOf(facts.addons)?.find(({ name }) => name === AGENT_ADDON);
  return (
    agent !== undefined && !["CREATE_FAILED", "DELETING", "DELETE_FAILED"].includes(agent.status)
  );
}

/**
 * auto: who made the load balancer that there is, because the class of its Service never changes.
 * Before the first: the AWS Load Balancer Controller if it runs, then Auto Mode, else the in-tree
 * one.
 */
export function chooseLoadBalancer({
  config,
  facts,
}: Pick<CheckInput, "config" | "facts">): Environment["loadBalancer"] {
  const { provider } = config.loadBalancer;
  if (provider !== "auto") return provider;
  const installed = findInstalledBalancer(facts, config);
  if (installed !== undefined) return installed.provider;
  if (hasController(facts)) return "lbc";
  return valueOf(facts.cluster)?.autoModeLoadBalancing === true ? "auto-mode" : "in-tree";
}

/** The AWS Load Balancer Controller is installed: its Deployment, or its webhook, is there. */
export function hasController({ loadBalancer }: Pick<Facts, "loadBalancer">): boolean {
  const found = valueOf(loadBalancer);
  return found !== undefined && (found.controller !== undefined || found.webhook);
}
