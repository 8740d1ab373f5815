import { afterEach, beforeEach, describe } from "vitest";
import type { Identity } from "../../../src/ports/aws.ts";
import { type AccountFixture, contractAccount } from "./account.ts";
import { describeAssociations, describeOidcProviders } from "./federation-contract.ts";
import { describePolicies } from "./policy-contract.ts";
import { describeRoles } from "./role-contract.ts";

export interface IdentityWorld {
  identity: Identity;
  close(): Promise<void>;
}

/** What every Identity does, the real one and the sandbox's. */
export function describeIdentityContract(
  title: string,
  make: (fixture: AccountFixture) => Promise<IdentityWorld>,
): void {
  describe(`Identity: ${title}`, () => {
    let world: IdentityWorld;
    beforeEach(async () => {
      world = await make(contractAccount);
    });
    afterEach(() => world.close());

    const identity = () => world.identity;
    describePolicies(identity);
    describeRoles(identity);
    describeOidcProviders(identity);
    describeAssociations(identity);
  });
}
