import type { Identity, Role } from "../../ports/aws.ts";
import type { Simulation } from "../simulation.ts";
import type { StoredRole } from "../world-state.ts";
import type { Enter } from "./account.ts";
import { iamNotReady, refuseOthers, stillInUse } from "./errors.ts";

/** How long a new role takes until other services know it. */
const ROLE_VISIBLE_MS = 6_000;

type RoleLife = Pick<Identity, "findRole" | "createRole" | "deleteRole" | "listRolesTrusting">;
type RoleChanges = Pick<Identity, "updateTrust" | "attachPolicy" | "detachPolicy">;

/** IAM roles over the simulated account. */
export function createRoles(
  simulation: Simulation,
  enter: Enter,
  onWrite: () => void,
): RoleLife & RoleChanges {
  return { ...roleLife(simulation, enter, onWrite), ...roleChanges(simulation, enter, onWrite) };
}

function roleLife(simulation: Simulation, enter: Enter, onWrite: () => void): RoleLife {
  const { aws } = simulation.state;
  return {
    listRolesTrusting: async (principalArn) => {
      await enter();
      const roles = Object.values(aws.roles).filter((role) => trusts(role, principalArn));
      return roles.map(({ name }) => name);
    },
    findRole: async (name) => {
      await enter();
      const role = aws.roles[name];
      return role === undefined ? undefined : shown(role);
    },
    createRole: async ({ name, ...request }) => {
      await enter();
      const live = aws.roles[name];
      if (live !== undefined) {
        refuseOthers(live.tags, request.tags, `The role ${name}`);
        live.trust = structuredClone(request.trust);
        onWrite();
        return shown(live);
      }
      const arn = `arn:${aws.partition}:iam::${aws.account}:role/${name}`;
      const empty = { attachedPolicyArns: [], inlinePolicyNames: [] };
      const visibleFrom = simulation.now + ROLE_VISIBLE_MS;
      const role = structuredClone({ ...request, ...empty, arn, name, visibleFrom });
      aws.roles[name] = role;
      onWrite();
      return shown(role);
    },
    deleteRole: async (name) => {
      await enter();
      const role = aws.roles[name];
      if (role === undefined) return;
      if (role.attachedPolicyArns.length > 0) throw stillInUse(`The role ${name}`);
      delete aws.roles[name];
      onWrite();
    },
  };
}

function trusts({ trust }: StoredRole, principalArn: string): boolean {
  return trust.Statement.some(({ Principal = {} }) =>
    Object.values(Principal).flat().includes(principalArn),
  );
}

function roleChanges(simulation: Simulation, enter: Enter, onWrite: () => void): RoleChanges {
  const { aws } = simulation.state;
  const change = async (name: string, write: (role: StoredRole) => void): Promise<void> => {
    await enter();
    const role = aws.roles[name];
    if (role === undefined) throw iamNotReady(`The role with name ${name}`);
    write(role);
    onWrite();
  };
  return {
    updateTrust: (name, trust) =>
      change(name, (role) => {
        role.trust = structuredClone(trust);
      }),
    attachPolicy: (name, arn) =>
      change(name, (role) => {
        if (aws.policies[arn] === undefined) throw iamNotReady(`Policy ${arn}`);
        role.attachedPolicyArns = [...new Set([...role.attachedPolicyArns, arn])];
      }),
    detachPolicy: async (name, arn) => {
      await enter();
      const role = aws.roles[name];
      if (role?.attachedPolicyArns.includes(arn) !== true) return;
      role.attachedPolicyArns = role.attachedPolicyArns.filter((one) => one !== arn);
      onWrite();
    },
  };
}

function shown(role: StoredRole): Role {
  const { visibleFrom: _, description: __, permissionsBoundary: ___, ...rest } = role;
  return structuredClone(rest);
}
