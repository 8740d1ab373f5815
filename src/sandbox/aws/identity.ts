import type { Identity, Policy, Role } from "../../ports/aws.ts";
import type { Simulation } from "../simulation.ts";
import type { AwsState, StoredPolicy, StoredRole } from "../world-state.ts";
import type { Enter } from "./account.ts";
import { createAssociations } from "./associations.ts";
import { iamNotReady, refuseOthers, stillInUse } from "./errors.ts";
import { isAllowed } from "./policy-check.ts";

/** How long a new role takes until other services know it. */
const ROLE_VISIBLE_MS = 6_000;

/** IAM and EKS Pod Identity over the simulated account. */
export function createIdentity(
  simulation: Simulation,
  enter: Enter,
  onWrite: () => void,
): Identity {
  return {
    ...policies(simulation.state.aws, enter, onWrite),
    ...roles(simulation, enter, onWrite),
    ...oidcProviders(simulation.state.aws, enter, onWrite),
    ...createAssociations(simulation, enter, onWrite),
    simulate: async (simulations) => {
      await enter();
      const { aws } = simulation.state;
      return simulations.map(({ roleArn, ...request }) => {
        const role = Object.values(aws.roles).find(({ arn }) => arn === roleArn);
        if (role === undefined) throw iamNotReady(`Role ${roleArn}`);
        return isAllowed(aws, role, request) ? "allowed" : "denied";
      });
    },
  };
}

type PolicyCalls = Pick<Identity, "findPolicy" | "createPolicy" | "updatePolicy" | "deletePolicy">;

function policies(aws: AwsState, enter: Enter, onWrite: () => void): PolicyCalls {
  const need = (arn: string): StoredPolicy => {
    const policy = aws.policies[arn];
    if (policy === undefined) throw iamNotReady(`Policy ${arn}`);
    return policy;
  };
  return {
    findPolicy: async (arn) => {
      await enter();
      const policy = aws.policies[arn];
      return policy === undefined ? undefined : shown(aws, policy);
    },
    createPolicy: async ({ name, document, tags }) => {
      await enter();
      const arn = `arn:${aws.partition}:iam::${aws.account}:policy/${name}`;
      const live = aws.policies[arn];
      if (live !== undefined) refuseOthers(live.tags, tags, `The policy ${name}`);
      const policy = structuredClone({ arn, name, document, tags });
      aws.policies[arn] = policy;
      onWrite();
      return shown(aws, policy);
    },
    updatePolicy: async (arn, document) => {
      await enter();
      need(arn).document = structuredClone(document);
      onWrite();
    },
    deletePolicy: async (arn) => {
      await enter();
      if (aws.policies[arn] === undefined) return;
      if (shown(aws, need(arn)).attachmentCount > 0) {
        throw stillInUse(`The policy ${arn}`);
      }
      delete aws.policies[arn];
      onWrite();
    },
  };
}

function shown(aws: AwsState, policy: StoredPolicy): Policy {
  const attached = Object.values(aws.roles).filter(({ attachedPolicyArns }) =>
    attachedPolicyArns.includes(policy.arn),
  );
  return { ...structuredClone(policy), attachmentCount: attached.length };
}

type RoleCalls = Pick<
  Identity,
  "findRole" | "createRole" | "updateTrust" | "attachPolicy" | "detachPolicy" | "deleteRole"
>;

function roles(simulation: Simulation, enter: Enter, onWrite: () => void): RoleCalls {
  const { aws } = simulation.state;
  const change = async (name: string, write: (role: StoredRole) => void): Promise<void> => {
    await enter();
    const role = aws.roles[name];
    if (role === undefined) throw iamNotReady(`The role with name ${name}`);
    write(role);
    onWrite();
  };
  return {
    findRole: async (name) => {
      await enter();
      const role = aws.roles[name];
      return role === undefined ? undefined : shownRole(role);
    },
    createRole: async ({ name, ...request }) => {
      await enter();
      const live = aws.roles[name];
      if (live !== undefined) {
        refuseOthers(live.tags, request.tags, `The role ${name}`);
        live.trust = structuredClone(request.trust);
        onWrite();
        return shownRole(live);
      }
      const arn = `arn:${aws.partition}:iam::${aws.account}:role/${name}`;
      const empty = { attachedPolicyArns: [], inlinePolicyNames: [] };
      const visibleFrom = simulation.now + ROLE_VISIBLE_MS;
      const role = structuredClone({ ...request, ...empty, arn, name, visibleFrom });
      aws.roles[name] = role;
      onWrite();
      return shownRole(role);
    },
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
    deleteRole: async (name) => {
      await enter();
      const role = aws.roles[name];
      if (role === undefined) return;
      if (role.attachedPolicyArns.length > 0) {
        throw stillInUse(`The role ${name}`);
      }
      delete aws.roles[name];
      onWrite();
    },
  };
}

function shownRole(role: StoredRole): Role {
  const { visibleFrom: _, description: __, permissionsBoundary: ___, ...rest } = role;
  return structuredClone(rest);
}

type OidcCalls = Pick<Identity, "findOidcProvider" | "createOidcProvider" | "deleteOidcProvider">;

function oidcProviders(aws: AwsState, enter: Enter, onWrite: () => void): OidcCalls {
  const bare = (issuer: string): string => issuer.replace(/^https:\/\//, "");
  const arnOf = (issuer: string): string =>
    `arn:${aws.partition}:iam::${aws.account}:oidc-provider/${bare(issuer)}`;
  return {
    findOidcProvider: async (issuer) => {
      await enter();
      return structuredClone(aws.oidcProviders[arnOf(issuer)]);
    },
    createOidcProvider: async ({ issuer, tags }) => {
      await enter();
      const arn = arnOf(issuer);
      const live = aws.oidcProviders[arn];
      if (live !== undefined) {
        refuseOthers(live.tags, tags, `The OIDC provider ${arn}`);
        return structuredClone(live);
      }
      const clientIds = ["sts.amazonaws.com"];
      const provider = { arn, url: bare(issuer), clientIds, tags: { ...tags } };
      aws.oidcProviders[arn] = provider;
      onWrite();
      return structuredClone(provider);
    },
    deleteOidcProvider: async (arn) => {
      await enter();
      if (aws.oidcProviders[arn] === undefined) return;
      delete aws.oidcProviders[arn];
      onWrite();
    },
  };
}
