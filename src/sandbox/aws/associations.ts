import type { Identity } from "../../ports/aws.ts";
import type { Simulation } from "../simulation.ts";
import type { AwsState, StoredAssociation } from "../world-state.ts";
import { type Enter, requireCluster } from "./account.ts";
import { iamNotReady, notFound, refuseOthers } from "./errors.ts";

type Associations = Pick<
  Identity,
  "listAssociations" | "createAssociation" | "updateAssociation" | "deleteAssociation"
>;

/** EKS Pod Identity: which role a ServiceAccount's pods get. */
export function createAssociations(
  simulation: Simulation,
  enter: Enter,
  onWrite: () => void,
): Associations {
  const { aws } = simulation.state;
  return {
    listAssociations: async (cluster, { namespace, serviceAccount }) => {
      await enter();
      requireCluster(simulation, cluster);
      return aws.associations
        .filter((one) => one.cluster === cluster)
        .filter((one) => namespace === undefined || one.namespace === namespace)
        .filter((one) => serviceAccount === undefined || one.serviceAccount === serviceAccount)
        .map(shown);
    },
    createAssociation: async (request) => {
      await enter();
      const association = create(simulation, request);
      onWrite();
      return shown(association);
    },
    updateAssociation: async (cluster, id, roleArn) => {
      await enter();
      const association = find(aws, cluster, id);
      if (association === undefined) throw notFound(`the association ${id}`);
      requireVisibleRole(simulation, roleArn);
      association.roleArn = roleArn;
      onWrite();
    },
    deleteAssociation: async (cluster, id) => {
      await enter();
      const association = find(aws, cluster, id);
      if (association === undefined) return;
      aws.associations = aws.associations.filter((one) => one !== association);
      onWrite();
    },
  };
}

/** A new one, or our own, brought up to date. */
function create(simulation: Simulation, request: Omit<StoredAssociation, "id">): StoredAssociation {
  const { aws } = simulation.state;
  requireCluster(simulation, request.cluster);
  requireVisibleRole(simulation, request.roleArn);
  const taken = aws.associations.find(
    ({ cluster, namespace, serviceAccount }) =>
      cluster === request.cluster &&
      namespace === request.namespace &&
      serviceAccount === request.serviceAccount,
  );
  if (taken === undefined) {
    const id = `a-${simulation.nextNumber().toString(36).padStart(17, "0")}`;
    const association = structuredClone({ ...request, id });
    aws.associations.push(association);
    return association;
  }
  const subject = `${taken.namespace}/${taken.serviceAccount}`;
  const what = `An association of ${subject} with the role ${taken.roleArn}`;
  refuseOthers(taken.tags, request.tags, what);
  taken.roleArn = request.roleArn;
  return taken;
}

function find(aws: AwsState, cluster: string, id: string): StoredAssociation | undefined {
  return aws.associations.find((one) => one.cluster === cluster && one.id === id);
}

function shown({ cluster: _, ...association }: StoredAssociation) {
  return structuredClone(association);
}

function requireVisibleRole({ state, now }: Simulation, roleArn: string): void {
  const role = Object.values(state.aws.roles).find(({ arn }) => arn === roleArn);
  if (role === undefined || now < role.visibleFrom) throw iamNotReady(`The role ${roleArn}`);
}
