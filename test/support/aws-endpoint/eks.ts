import * as v from "valibot";
import type { Account, AssociationState, ClusterState } from "./account.ts";
import { AwsFailure, jsonReply, pageOf, type WireReply, type WireRequest } from "./wire.ts";

type Handler = (account: Account, request: WireRequest, names: string[]) => unknown;

const Tags = v.optional(v.record(v.string(), v.string()), {});
const AddonInput = v.object({ addonName: v.string(), clientRequestToken: v.string(), tags: Tags });
const AssociationInput = v.object({
  namespace: v.string(),
  serviceAccount: v.string(),
  roleArn: v.string(),
  clientRequestToken: v.string(),
  tags: Tags,
});
const RoleInput = v.object({ roleArn: v.string(), clientRequestToken: v.string() });

/** Each route's captures are the names in its path. */
const routes: [method: string, path: RegExp, action: string, handler: Handler][] = [
  [
    "GET",
    /^\/clusters$/,
    "ListClusters",
    (account, request) =>
      list(
        account,
        request,
        "clusters",
        account.clusters.map(({ cluster }) => cluster.name),
      ),
  ],
  [
    "GET",
    /^\/clusters\/([^/]+)$/,
    "DescribeCluster",
    (account, _, [name]) => ({
      cluster: describeCluster(clusterOf(account, name)),
    }),
  ],
  [
    "GET",
    /^\/clusters\/([^/]+)\/addons$/,
    "ListAddons",
    (account, request, [name]) =>
      list(
        account,
        request,
        "addons",
        clusterOf(account, name).addons.map((addon) => addon.name),
      ),
  ],
  ["POST", /^\/clusters\/([^/]+)\/addons$/, "CreateAddon", createAddon],
  [
    "GET",
    /^\/clusters\/([^/]+)\/addons\/([^/]+)$/,
    "DescribeAddon",
    (account, _, [name, addon]) => ({
      addon: describeAddon(clusterOf(account, name), addon),
    }),
  ],
  [
    "DELETE",
    /^\/clusters\/([^/]+)\/addons\/([^/]+)$/,
    "DeleteAddon",
    (account, _, [name, addon]) => {
      const state = clusterOf(account, name);
      const deleted = describeAddon(state, addon);
      state.addons = state.addons.filter((candidate) => candidate.name !== addon);
      return { addon: deleted };
    },
  ],
  [
    "GET",
    /^\/clusters\/([^/]+)\/pod-identity-associations$/,
    "ListPodIdentityAssociations",
    listAssociations,
  ],
  [
    "POST",
    /^\/clusters\/([^/]+)\/pod-identity-associations$/,
    "CreatePodIdentityAssociation",
    createAssociation,
  ],
  [
    "GET",
    /^\/clusters\/([^/]+)\/pod-identity-associations\/([^/]+)$/,
    "DescribePodIdentityAssociation",
    (account, _, [name, id]) => ({
      association: describeAssociation(associationOf(account, name, id)),
    }),
  ],
  [
    "POST",
    /^\/clusters\/([^/]+)\/pod-identity-associations\/([^/]+)$/,
    "UpdatePodIdentityAssociation",
    (account, { body }, [name, id]) => {
      const association = associationOf(account, name, id);
      association.roleArn = v.parse(RoleInput, JSON.parse(body)).roleArn;
      return { association: describeAssociation(association) };
    },
  ],
  [
    "DELETE",
    /^\/clusters\/([^/]+)\/pod-identity-associations\/([^/]+)$/,
    "DeletePodIdentityAssociation",
    (account, _, [name, id]) => {
      const association = associationOf(account, name, id);
      const state = clusterOf(account, name);
      state.associations = state.associations.filter((candidate) => candidate !== association);
      return { association: describeAssociation(association) };
    },
  ],
];

/** The action that a request of the REST protocol asks for. */
export function findEksAction(method: string, path: string): string | undefined {
  return routes.find(([verb, pattern]) => verb === method && pattern.test(path))?.[2];
}

/** EKS, in REST and JSON. */
export function answerEks(account: Account, request: WireRequest): WireReply {
  for (const [method, pattern, , handler] of routes) {
    const found = method === request.method ? pattern.exec(request.path) : null;
    if (found !== null) {
      return jsonReply(handler(account, request, found.slice(1).map(decodeURIComponent)));
    }
  }
  throw new AwsFailure(404, "NotFoundException", `No route ${request.method} ${request.path}`);
}

function list(account: Account, { query }: WireRequest, name: string, items: readonly unknown[]) {
  const { page, next } = pageOf(items, query.get("nextToken"), account.pageSize);
  return { [name]: page, ...(next === undefined ? {} : { nextToken: next }) };
}

function clusterOf(account: Account, name: string | undefined): ClusterState {
  const found = account.clusters.find(({ cluster }) => cluster.name === name);
  if (found !== undefined) return found;
  throw new AwsFailure(
    404,
    "ResourceNotFoundException",
    `No cluster found for name: ${String(name)}.`,
  );
}

function describeCluster({ cluster }: ClusterState) {
  return {
    name: cluster.name,
    arn: cluster.arn,
    createdAt: 1,
    status: cluster.status,
    version: cluster.version,
    endpoint: cluster.endpoint,
    certificateAuthority: { data: cluster.certificateAuthority },
    identity:
      cluster.oidcIssuer === undefined ? undefined : { oidc: { issuer: cluster.oidcIssuer } },
    computeConfig: cluster.autoModeCompute ? { enabled: true, nodePools: [] } : undefined,
    kubernetesNetworkConfig: {
      ipFamily: "ipv4",
      elasticLoadBalancing: { enabled: cluster.autoModeLoadBalancing },
    },
  };
}

function createAddon(account: Account, { body }: WireRequest, [name]: string[]) {
  const state = clusterOf(account, name);
  const { addonName, tags } = v.parse(AddonInput, JSON.parse(body));
  if (state.addons.some((addon) => addon.name === addonName)) {
    throw new AwsFailure(409, "ResourceInUseException", "Addon already exists.");
  }
  state.addons.push({ name: addonName, version: "v1.3.9-eksbuild.1", status: "CREATING", tags });
  return { addon: describeAddon(state, addonName) };
}

function describeAddon({ cluster, addons }: ClusterState, name: string | undefined) {
  const found = addons.find((addon) => addon.name === name);
  if (found === undefined) {
    throw new AwsFailure(
      404,
      "ResourceNotFoundException",
      `No addon: ${String(name)} found in cluster: ${cluster.name}`,
    );
  }
  const { version, status, tags } = found;
  return { addonName: name, clusterName: cluster.name, addonVersion: version, status, tags };
}

function associationOf(account: Account, name: string | undefined, id: string | undefined) {
  const found = clusterOf(account, name).associations.find((association) => association.id === id);
  if (found !== undefined) return found;
  throw new AwsFailure(
    404,
    "ResourceNotFoundException",
    `The association ${String(id)} could not be found.`,
  );
}

/** Like EKS, without the role and the tags. */
function listAssociations(account: Account, request: WireRequest, [name]: string[]) {
  const { query } = request;
  const fits = (wanted: string | null, value: string) => wanted === null || wanted === value;
  const associations = clusterOf(account, name)
    .associations.filter(({ namespace }) => fits(query.get("namespace"), namespace))
    .filter(({ serviceAccount }) => fits(query.get("serviceAccount"), serviceAccount))
    .map(({ id, namespace, serviceAccount }) => ({ associationId: id, namespace, serviceAccount }));
  return list(account, request, "associations", associations);
}

function createAssociation(account: Account, { body }: WireRequest, [name]: string[]) {
  const { associations } = clusterOf(account, name);
  const { clientRequestToken: _, ...input } = v.parse(AssociationInput, JSON.parse(body));
  const role = account.roles.find(({ arn }) => arn === input.roleArn);
  if (role === undefined) {
    throw new AwsFailure(
      400,
      "InvalidParameterException",
      "Role provided in the request does not exist.",
    );
  }
  if (!role.trust.includes("pods.eks.amazonaws.com")) {
    throw new AwsFailure(
      400,
      "InvalidParameterException",
      "Trust policy of the role provided is invalid.",
    );
  }
  const same = associations.find(
    (other) => other.namespace === input.namespace && other.serviceAccount === input.serviceAccount,
  );
  if (same !== undefined) {
    throw new AwsFailure(409, "ResourceInUseException", `Association already exists: ${same.id}`);
  }
  account.serial += 1;
  const association = { id: `a-${account.serial}`, ...input };
  associations.push(association);
  return { association: describeAssociation(association) };
}

function describeAssociation({ id, ...association }: AssociationState) {
  return { associationId: id, ...association };
}
