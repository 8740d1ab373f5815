import type { Config } from "../config/config.ts";
import { listNames } from "../nearest.ts";
import type { CallerIdentity, Cluster } from "../ports/aws.ts";
import type { AccessRequest } from "../ports/kubernetes.ts";
import { valueOf } from "../facts/fact.ts";
import { describeAbsentCluster } from "./absent-cluster.ts";
import { type VersionSet, versionSets } from "../plan/version-sets.ts";
import { failed, judge, ok, warning, type Check, type CheckInput, type Verdict } from "./check.ts";

/** Who asks, and the cluster that is asked. */
export const clusterChecks: readonly Check[] = [
  {
    id: "caller",
    title: "AWS accepts the caller",
    after: [],
    evaluate: ({ facts }) =>
      judge(facts.caller, ({ arn, account, region }) =>
        ok(`${arn}, account ${account}, ${region}`),
      ),
  },
  {
    id: "cluster",
    title: "The cluster exists and is active",
    after: ["caller"],
    evaluate: (input) => judge(input.facts.cluster, (cluster) => judgeCluster(input, cluster)),
  },
  {
    id: "cluster-reachable",
    title: "The cluster's API server answers",
    after: ["cluster", "kubectl"],
    evaluate: ({ facts }) => judge(facts.version, ({ text }) => ok(text)),
  },
  {
    id: "kubernetes-version",
    title: "The version set supports the cluster's Kubernetes",
    after: ["cluster-reachable"],
    evaluate: (input) => judge(input.facts.version, ({ minor }) => judgeVersion(input, minor)),
  },
  {
    id: "access",
    title: "The caller may read and write what is needed in the cluster",
    after: ["cluster-reachable"],
    evaluate: (input) =>
      judge(input.facts.access, ({ asked, denied }) => {
        if (denied.length === 0) return ok(`${asked.length} permissions`);
        return failed(
          "GT-ACCESS-DENIED",
          `The cluster does not allow: ${listNames(denied.map(describeAccess))}.`,
          accessHint(input),
        );
      }),
  },
];

function judgeCluster({ config, facts }: CheckInput, cluster: Cluster | undefined): Verdict {
  const caller = valueOf(facts.caller);
  if (cluster === undefined) {
    const { message, hint } = describeAbsentCluster({
      name: config.cluster,
      region: config.region,
      account: caller?.account,
      names: valueOf(facts.clusterNames),
    });
    return failed("GT-CLUSTER-NOT-FOUND", message, hint);
  }
  if (cluster.status === "ACTIVE" || cluster.status === "UPDATING") {
    return ok(`${cluster.name}, ${cluster.status}`);
  }
  return failed(
    "GT-CLUSTER-NOT-ACTIVE",
    `The cluster ${cluster.name} is ${cluster.status}, not ACTIVE.`,
    `aws eks wait cluster-active --name ${cluster.name} --region ${cluster.region}`,
  );
}

function judgeVersion(input: CheckInput, minor: number): Verdict {
  const { config, versions } = input;
  const { from, to } = versions.kubernetes;
  if (minor >= from && minor <= to) return ok(`1.${minor} with set ${versions.name}`);
  if (minor > to && isInstalled(input)) {
    return warning(
      "GT-VERSIONS-UNSUPPORTED",
      `The installation has the version set ${versions.name}, which is for Kubernetes 1.${from} to 1.${to}, and the cluster has been upgraded to 1.${minor}. What runs is left as it is.`,
      adviseOnUpgraded(config, minor),
    );
  }
  return failed(
    "GT-VERSIONS-UNSUPPORTED",
    `Version set ${versions.name} with Kubernetes 1.${minor} is not supported: it needs 1.${from} to 1.${to}.`,
    adviseOnVersion(config, minor),
  );
}

/** With the very set that is asked for: to refuse it would stop nothing but what mends it. */
function isInstalled({ facts, versions }: CheckInput): boolean {
  const kept = valueOf(facts.keptConfig);
  return kept?.owner.ours === true && kept.versions === versions.name;
}

/** A set is changed by beginning anew only. */
function adviseOnUpgraded(config: Config, minor: number): string {
  const fitting = findFitting(minor);
  if (fitting === undefined) {
    return `No version set of this gateway-tls supports 1.${minor}: look for a newer gateway-tls that has one.`;
  }
  return `For a set that supports 1.${minor}: \`gateway-tls uninstall --delete-crds\`, then \`gateway-tls init ${flagsFor(config, fitting)}\`. The names are not served in between.`;
}

function findFitting(minor: number): VersionSet | undefined {
  return Object.values(versionSets).find(
    ({ kubernetes: { from, to } }) => minor >= from && minor <= to,
  );
}

function flagsFor({ identity }: Config, { name, identities }: VersionSet): string {
  const isUsable = identity === "auto" || identities.includes(identity);
  return `--versions ${name}${isUsable ? "" : " --identity irsa"}`;
}

function adviseOnVersion(config: Config, minor: number): string {
  const fitting = findFitting(minor);
  if (fitting === undefined) {
    const ranges = Object.values(versionSets).map(
      ({ name, kubernetes: { from, to } }) => `1.${from} to 1.${to} for the set ${name}`,
    );
    return `No version set supports 1.${minor}: change the cluster's version (${listNames(ranges)}).`;
  }
  return `Use ${flagsFor(config, fitting)}, which supports Kubernetes 1.${minor}.`;
}

/** `create gateways.gateway.networking.k8s.io in gateway-tls`, as `kubectl auth can-i` takes it. */
function describeAccess({ verb, group, resource, namespace }: AccessRequest): string {
  const what = group === "" ? resource : `${resource}.${group}`;
  return namespace === undefined ? `${verb} ${what}` : `${verb} ${what} in ${namespace}`;
}

function accessHint({ config, facts }: CheckInput): string {
  const caller = valueOf(facts.caller);
  if (caller === undefined) return "Ask the cluster's administrator for these permissions.";
  return (
    `aws eks associate-access-policy --cluster-name ${config.cluster} --region ${config.region}` +
    ` --principal-arn ${findPrincipal(caller)} --access-scope type=cluster` +
    ` --policy-arn arn:${caller.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`
  );
}

/**
 * As a shell takes it. Access entries name a role by its ARN with its path, which the ARN of a
 * session leaves out; each role of IAM Identity Center has one.
 */
function findPrincipal({ arn }: CallerIdentity): string {
  const role = /:assumed-role\/([^/]+)\//.exec(arn)?.[1];
  if (role === undefined) return arn;
  return `"$(aws iam get-role --role-name ${role} --query Role.Arn --output text)"`;
}
