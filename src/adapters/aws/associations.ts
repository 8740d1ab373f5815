import { randomUUID } from "node:crypto";
import { UserError } from "../../errors.ts";
import type { Caller, Identity, PodIdentityAssociation } from "../../ports/aws.ts";
import { expectField, failedWith, findOrAbsent } from "./ask.ts";
import { explainMissingCluster } from "./clusters.ts";
import { collectPages, mapConcurrently } from "./paging.ts";
import type { Services } from "./services.ts";
import { carries } from "./tags.ts";

type Associations = Pick<
  Identity,
  "listAssociations" | "createAssociation" | "updateAssociation" | "deleteAssociation"
>;
type Filter = Parameters<Identity["listAssociations"]>[1];
type Wanted = Parameters<Identity["createAssociation"]>[0];

const AT_ONCE = 4;

/** EKS Pod Identity associations. */
export function createAssociations(services: Services, caller: Caller): Associations {
  const explained = async <T>(cluster: string, answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      throw await explainMissingCluster(services, caller, cluster, error);
    }
  };
  return {
    listAssociations: (cluster, filter) =>
      explained(cluster, listAssociations(services, cluster, filter)),
    createAssociation: (wanted) => explained(wanted.cluster, ensureAssociation(services, wanted)),
    updateAssociation: (cluster, id, roleArn) =>
      explained(cluster, updateAssociation(services, cluster, id, roleArn)),
    async deleteAssociation(clusterName, associationId) {
      const operation = operationOf("DeletePodIdentityAssociation", clusterName);
      await findOrAbsent(
        services.eks(operation, ({ client, sdk }) =>
          client.send(new sdk.DeletePodIdentityAssociationCommand({ clusterName, associationId })),
        ),
      );
    },
  };
}

const operationOf = (action: string, cluster: string) => ({
  action: `eks:${action}`,
  resource: cluster,
});

async function listAssociations(services: Services, cluster: string, filter: Filter) {
  const operation = operationOf("ListPodIdentityAssociations", cluster);
  const ids = await collectPages(async (nextToken) => {
    const page = await services.eks(operation, ({ client, sdk }) =>
      client.send(
        new sdk.ListPodIdentityAssociationsCommand({ clusterName: cluster, nextToken, ...filter }),
      ),
    );
    const items = expectField(page.associations, "associations").flatMap(
      ({ associationId }) => associationId ?? [],
    );
    return { items, marker: page.nextToken === "" ? undefined : page.nextToken };
  });
  const found = await mapConcurrently(ids, AT_ONCE, (id) => findAssociation(services, cluster, id));
  return found.filter((association) => association !== undefined);
}

/** The list has neither roles nor tags. */
async function findAssociation(
  { eks }: Services,
  clusterName: string,
  associationId: string,
): Promise<PodIdentityAssociation | undefined> {
  const operation = operationOf("DescribePodIdentityAssociation", clusterName);
  const reply = await findOrAbsent(
    eks(operation, ({ client, sdk }) =>
      client.send(new sdk.DescribePodIdentityAssociationCommand({ clusterName, associationId })),
    ),
  );
  if (reply === undefined) return undefined;
  const association = expectField(reply.association, "association");
  return {
    id: associationId,
    namespace: expectField(association.namespace, "namespace"),
    serviceAccount: expectField(association.serviceAccount, "serviceAccount"),
    roleArn: expectField(association.roleArn, "roleArn"),
    tags: association.tags ?? {},
  };
}

async function ensureAssociation(
  services: Services,
  wanted: Wanted,
): Promise<PodIdentityAssociation> {
  const { cluster, namespace, serviceAccount, roleArn, tags } = wanted;
  try {
    const id = await createAssociation(services, wanted);
    return { id, namespace, serviceAccount, roleArn, tags };
  } catch (error) {
    if (!failedWith(error, "ResourceInUse")) throw error;
    const [live] = await listAssociations(services, cluster, { namespace, serviceAccount });
    if (live === undefined) throw error;
    if (!carries(live.tags, tags)) throw notOurs(wanted, live, error);
    if (live.roleArn !== roleArn) await updateAssociation(services, cluster, live.id, roleArn);
    return { ...live, roleArn };
  }
}

async function createAssociation(
  { eks }: Services,
  { cluster, ...wanted }: Wanted,
): Promise<string> {
  const input = { clusterName: cluster, clientRequestToken: randomUUID(), ...wanted };
  const reply = await eks(operationOf("CreatePodIdentityAssociation", cluster), ({ client, sdk }) =>
    client.send(new sdk.CreatePodIdentityAssociationCommand(input)),
  );
  return expectField(reply.association?.associationId, "associationId");
}

function notOurs(
  { namespace, serviceAccount }: Wanted,
  live: PodIdentityAssociation,
  cause: unknown,
) {
  return new UserError(
    "GT-AWS-NOT-OURS",
    `The ServiceAccount ${namespace}/${serviceAccount} is associated with the role ${live.roleArn} already, and this installation did not do that.`,
    {
      hint: `Delete the association ${live.id} if nobody needs it, and run the command again.`,
      cause,
    },
  );
}

async function updateAssociation(
  { eks }: Services,
  clusterName: string,
  associationId: string,
  roleArn: string,
): Promise<void> {
  const input = { clusterName, associationId, roleArn, clientRequestToken: randomUUID() };
  await eks(operationOf("UpdatePodIdentityAssociation", clusterName), ({ client, sdk }) =>
    client.send(new sdk.UpdatePodIdentityAssociationCommand(input)),
  );
}
