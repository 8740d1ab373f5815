import { randomUUID } from "node:crypto";
import { UserError } from "../../errors.ts";
import type { Addon, Caller, Cluster, Clusters, Tags } from "../../ports/aws.ts";
import { expectField, failedWith, findOrAbsent } from "./ask.ts";
import { collectPages, mapConcurrently } from "./paging.ts";
import type { Services } from "./services.ts";
import { carries } from "./tags.ts";

const AT_ONCE = 4;

/** EKS clusters and their add-ons in one region. */
export function createClusters(services: Services, caller: Caller): Clusters {
  return {
    list: () => listClusters(services),
    find: (name) => findCluster(services, name),
    async listAddons(cluster) {
      try {
        const names = await listAddonNames(services, cluster);
        const addons = await mapConcurrently(names, AT_ONCE, (name) =>
          findAddon(services, cluster, name),
        );
        return addons.filter((addon) => addon !== undefined);
      } catch (error) {
        throw await explainMissingCluster(services, caller, cluster, error);
      }
    },
    async createAddon(cluster, name, tags) {
      try {
        await createAddon(services, cluster, name, tags);
      } catch (error) {
        throw await explainMissingCluster(services, caller, cluster, error);
      }
    },
    async deleteAddon(cluster, name) {
      await findOrAbsent(
        services.eks(addonOperation("DeleteAddon", cluster, name), ({ client, sdk }) =>
          client.send(new sdk.DeleteAddonCommand({ clusterName: cluster, addonName: name })),
        ),
      );
    },
  };
}

/** Says which account and region were asked and what is there, if it is the cluster that is missing. */
export async function explainMissingCluster(
  services: Services,
  caller: Caller,
  name: string,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof UserError) || error.code !== "GT-CLUSTER-NOT-FOUND") return error;
  const seen = await Promise.all([caller.identify(), listClusters(services)]).catch(
    () => undefined,
  );
  if (seen === undefined) return error;
  const [{ account }, names] = seen;
  const there =
    names.length === 0 ? "There is none at all." : `There are: ${names.toSorted().join(", ")}.`;
  return new UserError(
    error.code,
    `There is no EKS cluster ${name} in ${services.region} of account ${account}. ${there}`,
    { hint: "Pass the right --cluster, --region or --profile.", cause: error.cause },
  );
}

function listClusters({ eks, region }: Services): Promise<string[]> {
  return collectPages(async (nextToken) => {
    const page = await eks({ action: "eks:ListClusters", resource: region }, ({ client, sdk }) =>
      client.send(new sdk.ListClustersCommand({ nextToken })),
    );
    return { items: expectField(page.clusters, "clusters"), marker: nonEmpty(page.nextToken) };
  });
}

async function findCluster({ eks, region }: Services, name: string): Promise<Cluster | undefined> {
  const reply = await findOrAbsent(
    eks({ action: "eks:DescribeCluster", resource: name }, ({ client, sdk }) =>
      client.send(new sdk.DescribeClusterCommand({ name })),
    ),
  );
  if (reply === undefined) return undefined;
  const cluster = expectField(reply.cluster, "cluster");
  return {
    name,
    arn: expectField(cluster.arn, "arn"),
    region,
    status: expectField(cluster.status, "status"),
    version: expectField(cluster.version, "version"),
    endpoint: nonEmpty(cluster.endpoint),
    certificateAuthority: nonEmpty(cluster.certificateAuthority?.data),
    oidcIssuer: nonEmpty(cluster.identity?.oidc?.issuer),
    autoModeCompute: cluster.computeConfig?.enabled ?? false,
    autoModeLoadBalancing: cluster.kubernetesNetworkConfig?.elasticLoadBalancing?.enabled ?? false,
  };
}

const addonOperation = (action: string, cluster: string, addon?: string) => ({
  action: `eks:${action}`,
  resource: addon === undefined ? cluster : `the add-on ${addon} of ${cluster}`,
});

function listAddonNames({ eks }: Services, cluster: string): Promise<string[]> {
  return collectPages(async (nextToken) => {
    const page = await eks(addonOperation("ListAddons", cluster), ({ client, sdk }) =>
      client.send(new sdk.ListAddonsCommand({ clusterName: cluster, nextToken })),
    );
    return { items: expectField(page.addons, "addons"), marker: nonEmpty(page.nextToken) };
  });
}

async function findAddon(
  { eks }: Services,
  cluster: string,
  name: string,
): Promise<Addon | undefined> {
  const reply = await findOrAbsent(
    eks(addonOperation("DescribeAddon", cluster, name), ({ client, sdk }) =>
      client.send(new sdk.DescribeAddonCommand({ clusterName: cluster, addonName: name })),
    ),
  );
  if (reply === undefined) return undefined;
  const addon = expectField(reply.addon, "addon");
  return {
    name,
    version: addon.addonVersion ?? "",
    status: expectField(addon.status, "status"),
    tags: addon.tags ?? {},
  };
}

async function createAddon(services: Services, cluster: string, name: string, tags: Tags) {
  const input = { clusterName: cluster, addonName: name, tags, clientRequestToken: randomUUID() };
  try {
    await services.eks(addonOperation("CreateAddon", cluster, name), ({ client, sdk }) =>
      client.send(new sdk.CreateAddonCommand(input)),
    );
  } catch (error) {
    if (!failedWith(error, "ResourceInUse")) throw error;
    const live = await findAddon(services, cluster, name);
    if (live === undefined) throw error;
    if (carries(live.tags, tags)) return;
    throw new UserError(
      "GT-AWS-NOT-OURS",
      `The cluster ${cluster} has the add-on ${name} already, and gateway-tls did not make it.`,
      { hint: "Run the same command again: it uses the add-on that is there.", cause: error },
    );
  }
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
