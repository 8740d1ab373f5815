import type { Identity, Policy } from "../../ports/aws.ts";
import type { Simulation } from "../simulation.ts";
import type { AwsState, StoredPolicy } from "../world-state.ts";
import type { Enter } from "./account.ts";
import { createAssociations } from "./associations.ts";
import { iamNotReady, refuseOthers, stillInUse } from "./errors.ts";
import { isAllowed } from "./policy-check.ts";
import { createRoles } from "./roles.ts";

/** IAM and EKS Pod Identity over the simulated account. */
export function createIdentity(
  simulation: Simulation,
  enter: Enter,
  onWrite: () => void,
): Identity {
  return {
    ...policies(simulation.state.aws, enter, onWrite),
    ...createRoles(simulation, enter, onWrite),
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

/** IAM stores issuers without their scheme. */
function bare(issuer: string): string {
  return issuer.replace(/^https:\/\//, "");
}

type OidcCalls = Pick<Identity, "findOidcProvider" | "createOidcProvider" | "deleteOidcProvider">;

function oidcProviders(aws: AwsState, enter: Enter, onWrite: () => void): OidcCalls {
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
