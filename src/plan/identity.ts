import type { Config } from "../config/config.ts";
import { UserError } from "../errors.ts";
import type { PolicyDocument, Tags } from "../ports/aws.ts";
import { renderManifest } from "./manifest.ts";
import type { Names } from "./names.ts";
import type { DesiredIdentity, Environment } from "./plan.ts";
import { renderFile, type Templates } from "./template.ts";

/** The AWS tag by which a resource is ours. */
export const INSTALLATION_TAG = "gateway-tls:installation";
/** By it EKS gives the pods of a ServiceAccount a role, for IRSA. */
export const ROLE_ANNOTATION = "eks.amazonaws.com/role-arn";
const AUDIENCE = "sts.amazonaws.com";

interface IdentityInput {
  config: Config;
  environment: Environment;
  names: Names;
  templates: Templates;
}

/**
 * What lets ExternalDNS, and nothing else, write to the one hosted zone. Throws
 * `GT-CLUSTER-NO-OIDC` for IRSA on a cluster without an OIDC issuer.
 */
export function buildIdentity(input: IdentityInput): DesiredIdentity {
  const { config, environment, names, templates } = input;
  const { caller, cluster, identityMode: mode, zone } = environment;
  const iam = `arn:${caller.partition}:iam::${caller.account}`;
  const roleArn = `${iam}:role/${names.role}`;
  const namespace = config.namespaces.externalDns;
  const zoneArn = `arn:${caller.partition}:route53:::hostedzone/${zone.id}`;
  return {
    mode,
    policy: {
      name: names.policy,
      arn: `${iam}:policy/${names.policy}`,
      document: renderPolicy(templates, "iam-policy.json", { zoneArn }),
    },
    role: {
      name: names.role,
      arn: roleArn,
      description: `ExternalDNS of cluster ${cluster.name}, by gateway-tls`,
      trust: mode === "irsa" ? buildIrsaTrust(input) : buildPodIdentityTrust(input),
    },
    oidcIssuer: cluster.oidcIssuer,
    agentAddon: mode === "pod-identity" && !environment.podIdentityAgentPresent,
    namespace: renderManifest(templates, "namespace.yaml", { name: namespace }),
    serviceAccount: renderManifest(templates, "service-account.yaml", {
      name: names.serviceAccount,
      namespace,
      annotations: mode === "irsa" ? { [ROLE_ANNOTATION]: roleArn } : undefined,
    }),
    tags: buildTags(names),
  };
}

/** What every AWS resource of this installation is created with. */
function buildTags({ installation }: Pick<Names, "installation">): Tags {
  return { [INSTALLATION_TAG]: installation };
}

function buildIrsaTrust({ config, environment, names, templates }: IdentityInput): PolicyDocument {
  const { caller, cluster } = environment;
  if (cluster.oidcIssuer === undefined) {
    throw new UserError(
      "GT-CLUSTER-NO-OIDC",
      `The cluster ${cluster.name} has no OIDC issuer, so IRSA is not possible.`,
      { hint: "Use Pod Identity: --identity pod-identity." },
    );
  }
  const issuer = cluster.oidcIssuer.replace(/^https:\/\//, "");
  const subject = `system:serviceaccount:${config.namespaces.externalDns}:${names.serviceAccount}`;
  return renderPolicy(templates, "trust-irsa.json", {
    oidcProviderArn: `arn:${caller.partition}:iam::${caller.account}:oidc-provider/${issuer}`,
    subjectAndAudience: { [`${issuer}:sub`]: subject, [`${issuer}:aud`]: AUDIENCE },
  });
}

function buildPodIdentityTrust(input: IdentityInput): PolicyDocument {
  const { config, environment, names, templates } = input;
  return renderPolicy(templates, "trust-pod-identity.json", {
    account: environment.caller.account,
    cluster: environment.cluster.name,
    namespace: config.namespaces.externalDns,
    serviceAccount: names.serviceAccount,
  });
}

function renderPolicy(
  templates: Templates,
  file: string,
  values: Record<string, unknown>,
): PolicyDocument {
  const document = renderFile(templates, file, values);
  if (!isPolicyDocument(document)) throw new Error(`templates/${file} is no IAM document`);
  return document;
}

function isPolicyDocument(value: object): value is PolicyDocument {
  if (!("Version" in value) || !("Statement" in value)) return false;
  return value.Version === "2012-10-17" && Array.isArray(value.Statement);
}
