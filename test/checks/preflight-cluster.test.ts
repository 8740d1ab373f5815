import { expect, test } from "vitest";
import { known } from "../../src/facts/fact.ts";
import * as good from "./build-facts.ts";
import { atMinor, keptWith, unread } from "./build-facts.ts";
import { type PreflightCase, runCase } from "./preflight-case.ts";

const cases: PreflightCase[] = [
  { what: "nothing is wrong", expected: [] },
  {
    what: "kubectl is absent",
    facts: { tools: known({ kubectl: undefined, helm: "3.19.0" }) },
    expected: ["kubectl failed GT-KUBECTL-MISSING"],
  },
  {
    what: "kubectl is old",
    facts: { tools: known({ kubectl: "1.20.3", helm: "3.19.0" }) },
    expected: ["kubectl failed GT-KUBECTL-OLD"],
  },
  {
    what: "kubectl is far from the cluster",
    facts: { tools: known({ kubectl: "1.30.0", helm: "3.19.0" }) },
    expected: ["kubectl-skew warning GT-KUBECTL-SKEW"],
  },
  {
    what: "helm is absent",
    facts: { tools: known({ kubectl: "1.34.1", helm: undefined }) },
    expected: ["helm failed GT-HELM-MISSING"],
  },
  {
    what: "helm is old",
    facts: { tools: known({ kubectl: "1.34.1", helm: "3.9.4" }) },
    expected: ["helm failed GT-HELM-OLD"],
    says: /3\.9\.4.*3\.19\.0/,
  },
  {
    what: "the credentials have expired",
    facts: { caller: unread("GT-AWS-CREDENTIALS") },
    expected: ["caller failed GT-AWS-CREDENTIALS"],
  },
  {
    what: "the cluster's name is wrong",
    facts: { cluster: known(undefined) },
    config: { cluster: "stagin" },
    expected: ["cluster failed GT-CLUSTER-NOT-FOUND"],
    says: /123456789012.*"stagin" in eu-west-1.*demo and staging/,
    hint: /--cluster staging/,
  },
  {
    what: "the cluster is being deleted",
    facts: { cluster: known({ ...good.cluster, status: "DELETING" }) },
    expected: ["cluster failed GT-CLUSTER-NOT-ACTIVE"],
  },
  {
    what: "the API server does not answer",
    facts: { version: unread("GT-CLUSTER-UNREACHABLE") },
    expected: ["cluster-reachable failed GT-CLUSTER-UNREACHABLE"],
  },
  {
    what: "Kubernetes is too old for the set",
    facts: {
      version: known({ text: "v1.31.0", minor: 31 }),
      tools: known({ kubectl: "1.31.0", helm: "3.19.0" }),
    },
    expected: ["kubernetes-version failed GT-VERSIONS-UNSUPPORTED"],
    says: /current with Kubernetes 1\.31/,
    hint: /^Use --versions 2025, which supports Kubernetes 1\.31\.$/,
  },
  {
    what: "Kubernetes is too old for the set, and the other one has no Pod Identity",
    facts: {
      version: known({ text: "v1.31.0", minor: 31 }),
      tools: known({ kubectl: "1.31.0", helm: "3.19.0" }),
    },
    config: { identity: "pod-identity" },
    expected: ["kubernetes-version failed GT-VERSIONS-UNSUPPORTED"],
    hint: /--versions 2025 --identity irsa,/,
  },
  {
    what: "Kubernetes is too old for every set",
    facts: {
      version: known({ text: "v1.28.0", minor: 28 }),
      tools: known({ kubectl: "1.28.0", helm: "3.19.0" }),
    },
    expected: ["kubernetes-version failed GT-VERSIONS-UNSUPPORTED"],
    hint: /No version set supports 1\.28.*1\.33 to 1\.36 for the set current/,
  },
  {
    what: "Kubernetes is too new for the set",
    facts: {
      version: known({ text: "v1.37.0", minor: 37 }),
      tools: known({ kubectl: "1.37.0", helm: "3.19.0" }),
    },
    expected: ["kubernetes-version failed GT-VERSIONS-UNSUPPORTED"],
  },
  {
    what: "the cluster was upgraded past the set that is installed",
    config: { versions: "2025" },
    facts: { ...atMinor(33), keptConfig: known(keptWith("2025")) },
    expected: ["kubernetes-version warning GT-VERSIONS-UNSUPPORTED"],
    says: /set 2025, which is for Kubernetes 1\.29 to 1\.32,.* upgraded to 1\.33/,
    hint: /`gateway-tls uninstall --delete-crds`, then `gateway-tls init --versions current`/,
  },
  {
    what: "the cluster was upgraded past every set",
    facts: { ...atMinor(37), keptConfig: known(keptWith("current")) },
    expected: ["kubernetes-version warning GT-VERSIONS-UNSUPPORTED"],
    hint: /^No version set of this gateway-tls supports 1\.37: look for a newer/,
  },
  {
    what: "the cluster is older than the set that is installed",
    facts: { ...atMinor(31), keptConfig: known(keptWith("current")) },
    expected: ["kubernetes-version failed GT-VERSIONS-UNSUPPORTED"],
  },
  {
    what: "the cluster is too new for the set, and another one is installed",
    config: { versions: "2025" },
    facts: { ...atMinor(33), keptConfig: known(keptWith("current")) },
    expected: [
      "kubernetes-version failed GT-VERSIONS-UNSUPPORTED",
      "installation failed GT-INSTALLATION-VERSIONS",
    ],
  },
  {
    what: "the cluster is too new for the set, and what is kept is not ours",
    facts: {
      ...atMinor(37),
      keptConfig: known({ ...keptWith("current"), owner: { ours: false, name: "kubectl" } }),
    },
    expected: [
      "kubernetes-version failed GT-VERSIONS-UNSUPPORTED",
      "installation failed GT-NAME-TAKEN",
    ],
  },
  {
    what: "permissions are missing",
    facts: {
      access: known({
        asked: [],
        denied: [
          { verb: "create", group: "apps", resource: "deployments", namespace: "cert-manager" },
        ],
      }),
      releases: unread("GT-CLUSTER-FORBIDDEN"),
    },
    expected: ["access failed GT-ACCESS-DENIED"],
    says: /create deployments\.apps in cert-manager/,
    hint: /--principal-arn "\$\(aws iam get-role --role-name operator --query Role\.Arn --output text\)" /,
  },
  ...[
    "arn:aws-cn:iam::123456789012:user/ops/ann",
    "arn:aws-cn:iam::123456789012:role/ci/deployer",
  ].map((arn) => ({
    what: `permissions are missing for ${arn}, whose path is in its ARN`,
    facts: {
      caller: known({ ...good.caller, arn, partition: "aws-cn" }),
      access: known({ asked: [], denied: [{ verb: "create", group: "", resource: "secrets" }] }),
    },
    expected: ["access failed GT-ACCESS-DENIED"],
    hint: new RegExp(`--principal-arn ${arn} .* --policy-arn arn:aws-cn:eks::aws:`),
  })),
];

test.each(cases)("$what", (one) => {
  const { expected, seen } = runCase(one);
  expect(seen).toEqual(expected);
});
