import type { Config } from "../config/config.ts";
import { valueOf } from "../facts/fact.ts";
import type { IamFact } from "../facts/iam.ts";
import type { Cluster } from "../ports/aws.ts";
import { failed, judge, ok, warning, type Check, type CheckInput, type Verdict } from "./check.ts";
import { chooseIdentity } from "./environment.ts";
import { AGENT_ADDON } from "./parts.ts";
import { judgePart } from "./part-checks.ts";

/** How ExternalDNS gets its role, and that IAM's names are free. */
export const identityChecks: readonly Check[] = [
  {
    id: "identity",
    title: "ExternalDNS can get an identity",
    after: ["cluster", "addons"],
    evaluate: (input) =>
      judge(input.facts.cluster, (cluster) =>
        cluster === undefined ? ok() : judgeIdentity(input, cluster),
      ),
  },
  {
    id: "iam-names",
    title: "The names of our IAM policy and role are free or ours",
    after: ["cluster"],
    evaluate: (input) => judge(input.facts.iam, (iam) => judgeIam(input, iam)),
  },
];

function judgeIdentity(input: CheckInput, cluster: Cluster): Verdict {
  const { config, versions } = input;
  const mode = chooseIdentity(input);
  if (!versions.identities.includes(mode)) {
    return failed(
      "GT-IDENTITY-UNSUPPORTED",
      `Version set ${versions.name} cannot use ${config.identity}: its ExternalDNS does not know Pod Identity.`,
      "Use --identity irsa, or --versions current.",
    );
  }
  if (mode === "irsa") {
    if (cluster.oidcIssuer !== undefined) return judgePart(input, "OIDC provider");
    return failed(
      "GT-IDENTITY-NO-ISSUER",
      `The cluster ${cluster.name} has no OIDC issuer, which IRSA needs.`,
      "Use --identity pod-identity.",
    );
  }
  const agent = valueOf(input.facts.addons)?.find(({ name }) => name === AGENT_ADDON);
  if (cluster.autoModeCompute) return ok("Pod Identity, agent built into Auto Mode");
  if (agent === undefined) return ok(`Pod Identity, add-on ${AGENT_ADDON} will be added`);
  if (agent.status === "ACTIVE") return ok(`Pod Identity, agent ${agent.version}`);
  return warning(
    "GT-IDENTITY-AGENT",
    `The add-on ${AGENT_ADDON} is ${agent.status}: pods may get no identity.`,
    `aws eks describe-addon --cluster-name ${cluster.name} --addon-name ${AGENT_ADDON} --query addon.health`,
  );
}

function judgeIam({ config }: CheckInput, { policy, role, association }: IamFact): Verdict {
  const taken = [policy, role].find((one) => one !== undefined && !one.owner.ours);
  if (taken !== undefined) {
    return failed(
      "GT-IAM-FOREIGN",
      `${taken.arn} exists and is not of this installation, but of ${taken.owner.name}.`,
      "Rename or delete it, or add the tag gateway-tls:installation with this installation's name if it is yours.",
    );
  }
  if (association === undefined || association.owner.ours) return ok();
  const { id, roleArn, owner } = association;
  return failed(
    "GT-ASSOCIATION-FOREIGN",
    `ExternalDNS's ServiceAccount in ${config.namespaces.externalDns} already has the role ${roleArn}, by a Pod Identity association of ${owner.name}.`,
    adviseOnAssociation(config, id, owner.name),
  );
}

/** `<account>/<region>/<cluster>` of a gateway-tls installation. */
const INSTALLATION = /^gateway-tls installation [^/]+\/([^/]+)\/(.+)$/;

/** Whoever has the role by it loses it at once: what lives must not be deleted blindly. */
function adviseOnAssociation(
  { cluster, region }: Pick<Config, "cluster" | "region">,
  id: string,
  owner: string,
): string {
  const [, itsRegion, itsCluster] = INSTALLATION.exec(owner) ?? [];
  if (itsCluster === cluster && itsRegion !== undefined && itsRegion !== region) {
    return `That is the installation of the cluster ${cluster} in ${itsRegion}: give --region ${itsRegion} to go on with it.`;
  }
  return `Ask ${owner} first: its ExternalDNS writes no record any more without it. If nobody needs it: aws eks delete-pod-identity-association --cluster-name ${cluster} --region ${region} --association-id ${id}`;
}
