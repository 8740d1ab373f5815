import { UserError } from "../../errors.ts";
import type { Identity, Policy } from "../../ports/aws.ts";
import type { Simulation } from "../simulation.ts";
import type { AwsState, StoredPolicy, StoredRole } from "../world-state.ts";
import type { Enter } from "./account.ts";
import { createAssociations } from "./associations.ts";
import { existsError, noSuchEntity } from "./errors.ts";
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
        if (role === undefined) throw noSuchEntity(`Role ${roleArn}`);
        return isAllowed(aws, role, request) ? "allowed" : "denied";
      });
    },
  };
}

type PolicyCalls = Pick<Identity, "findPolicy" | "createPolicy" | "updatePolicy" | "deletePolicy">;

function policies(aws: AwsState, enter: Enter, onWrite: () => void): PolicyCalls {
  const need = (arn: string): StoredPolicy => {
    const policy = aws.policies[arn];
    if (policy === undefined) throw noSuchEntity(`Policy ${arn}`);
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
      if (aws.policies[arn] !== undefined)
        throw existsError(`A policy called ${name} already exists`);
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
        throw deleteConflict("Cannot delete a policy attached to entities.");
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

function deleteConflict(message: string): UserError {
  return new UserError("GT-AWS-DELETE-CONFLICT", `DeleteConflict: ${message}`, {
    retry: { limitMs: 120_000, intervalMs: 5_000, reason: "waiting for IAM to detach" },
  });
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
    if (role === undefined) throw noSuchEntity(`The role with name ${name}`);
    write(role);
    onWrite();
  };
  return {
    findRole: async (name) => {
      await enter();
      const role = aws.roles[name];
      if (role === undefined) return undefined;
      const { visibleFrom: _, description: __, permissionsBoundary: ___, ...rest } = role;
      return structuredClone(rest);
    },
    createRole: async ({ name, ...request }) => {
      await enter();
      if (aws.roles[name] !== undefined) throw existsError(`Role with name ${name} already exists`);
      const arn = `arn:${aws.partition}:iam::${aws.account}:role/${name}`;
      const empty = { attachedPolicyArns: [], inlinePolicyNames: [] };
      const visibleFrom = simulation.now + ROLE_VISIBLE_MS;
      const role = structuredClone({ ...request, ...empty, arn, name, visibleFrom });
      aws.roles[name] = role;
      onWrite();
      const { trust, tags } = role;
      return structuredClone({ ...empty, arn, name, trust, tags });
    },
    updateTrust: (name, trust) =>
      change(name, (role) => {
        role.trust = structuredClone(trust);
      }),
    attachPolicy: (name, arn) =>
      change(name, (role) => {
        if (aws.policies[arn] === undefined) throw noSuchEntity(`Policy ${arn}`);
        role.attachedPolicyArns = [...new Set([...role.attachedPolicyArns, arn])];
      }),
    detachPolicy: (name, arn) =>
      change(name, (role) => {
        role.attachedPolicyArns = role.attachedPolicyArns.filter((one) => one !== arn);
      }),
    deleteRole: async (name) => {
      await enter();
      const role = aws.roles[name];
      if (role === undefined) return;
      if (role.attachedPolicyArns.length > 0) {
        throw deleteConflict("Cannot delete entity, must detach all policies first.");
      }
      delete aws.roles[name];
      onWrite();
    },
  };
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
      if (aws.oidcProviders[arn] !== undefined) throw existsError("Provider already exists");
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
